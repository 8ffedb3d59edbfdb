#include "service/metrics.h"

#include "base/err.h"

#ifdef HAVE_MICROHTTPD

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 16, TIMEOUT_S = 10, MEMORY = 32 << 10 };

/* A text that requests under way may still be reading. */
struct text {
    size_t n;
    unsigned users;
    char p[];
};

struct metrics {
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock; /* of `text` and its users */
    struct text *text;    /* NULL: none yet */
};

/* What a request holds of a text until its answer is sent. */
struct held {
    struct metrics *metrics;
    struct text *text;
};

static struct text *take(struct metrics *m)
{
    pthread_mutex_lock(&m->lock);
    struct text *t = m->text;
    if (t)
        t->users++;
    pthread_mutex_unlock(&m->lock);
    return t;
}

static void give_back(struct metrics *m, struct text *t)
{
    pthread_mutex_lock(&m->lock);
    bool last = t && !--t->users;
    pthread_mutex_unlock(&m->lock);
    if (last)
        free(t);
}

static ssize_t read_held(void *ctx, uint64_t at, char *out, size_t room)
{
    const struct text *t = ((const struct held *)ctx)->text;
    if (at >= t->n)
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t n = t->n - (size_t)at < room ? t->n - (size_t)at : room;
    memcpy(out, t->p + at, n);
    return (ssize_t)n;
}

static void free_held(void *ctx)
{
    struct held *h = ctx;
    give_back(h->metrics, h->text);
    free(h);
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned status, const char *words)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        strlen(words), (void *)(uintptr_t)words, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result sent = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return sent;
}

static enum MHD_Result hand_out(struct metrics *m, struct MHD_Connection *c)
{
    struct text *t = take(m);
    struct held *h = t ? malloc(sizeof *h) : NULL;
    if (!h) {
        give_back(m, t);
        return say(c, MHD_HTTP_SERVICE_UNAVAILABLE, "nothing is known yet\n");
    }
    *h = (struct held){m, t};
    struct MHD_Response *r =
        MHD_create_response_from_callback(t->n, 65536, read_held, h, free_held);
    if (!r) {
        free_held(h);
        return MHD_NO;
    }
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
                            "text/plain; version=0.0.4; charset=utf-8");
    enum MHD_Result sent = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return sent;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version,
                                  const char *upload, size_t *uploaded, void **request)
{
    (void)version, (void)upload;
    if (!*request) { /* the body, if any, is read and thrown away */
        *request = ctx;
        return MHD_YES;
    }
    if (*uploaded) {
        *uploaded = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
        return say(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
    if (!strcmp(url, "/"))
        return say(c, MHD_HTTP_OK, "sipglass: see /metrics\n");
    if (strcmp(url, "/metrics") != 0)
        return say(c, MHD_HTTP_NOT_FOUND, "there is /metrics\n");
    return hand_out(ctx, c);
}

/* The library would write what goes wrong to standard error. */
static void ignore(void *ctx, const char *format, va_list args)
{
    (void)ctx, (void)format, (void)args;
}

int metrics_new(const struct endpoint *at, struct metrics **out, struct errmsg *why)
{
    struct sockaddr_storage a;
    socklen_t n;
    int err = endpoint_resolve(at, true, &a, &n, why);
    struct metrics *m = err ? NULL : calloc(1, sizeof *m);
    if (!m)
        return err ? err : -ERR_NOMEM;
    pthread_mutex_init(&m->lock, NULL);
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG |
                     (a.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    m->daemon = MHD_start_daemon(
        flags, at->port, NULL, NULL, on_request, m, MHD_OPTION_EXTERNAL_LOGGER, ignore,
        NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&a, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_END);
    if (!m->daemon) {
        metrics_free(m);
        return errmsg_set(why, -ERR_IO, "cannot listen at %.200s port %u", at->host,
                          at->port);
    }
    *out = m;
    return 0;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    if (m->daemon)
        MHD_stop_daemon(m->daemon);
    pthread_mutex_destroy(&m->lock);
    free(m->text);
    free(m);
}

void metrics_swap(struct metrics *m, const struct strbuf *text)
{
    struct text *t = text->failed ? NULL : malloc(sizeof *t + text->n);
    if (!t)
        return;
    *t = (struct text){.n = text->n, .users = 1};
    if (text->n)
        memcpy(t->p, text->p, text->n);
    pthread_mutex_lock(&m->lock);
    struct text *old = m->text;
    m->text = t;
    pthread_mutex_unlock(&m->lock);
    if (old)
        give_back(m, old);
}

#else

int metrics_new(const struct endpoint *at, struct metrics **out, struct errmsg *why)
{
    (void)at, (void)out;
    return errmsg_set(why, -ERR_UNSUPPORTED, "not built with libmicrohttpd");
}

void metrics_free(struct metrics *m)
{
    (void)m;
}

void metrics_swap(struct metrics *m, const struct strbuf *text)
{
    (void)m, (void)text;
}

#endif
