/* The demo server: one static program that shows what its pod got, and misbehaves on request.
 *
 *   /                 host name, HELLO_MESSAGE and the files of HELLO_FILES
 *   /env?name=X       one variable of the environment; without a name those that begin with HELLO_
 *   /file?path=P      a file, or the names in a folder
 *   /healthz          200, or 500 after /healthz?set=off
 *   /readyz           200, or 503 after /readyz?set=off
 *   /exit?code=N      ends with this code; /crash: by SIGABRT; /oom: takes memory until it is killed
 *
 * Every request is one line on standard output. SIGTERM ends it with code 0. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { kRequestBytesMax = 8192, kBodyBytesMax = 1 << 20, kStackBytes = 256 << 10, kReadTimeoutSeconds = 10 };

extern char **environ;

static atomic_int s_healthy = 1, s_ready = 1;

struct Body {
    char *text;
    size_t size;
};

static void append(struct Body *body, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(body->text + body->size, kBodyBytesMax - body->size, format, arguments);
    va_end(arguments);
    if (written > 0)
        body->size += (size_t)written < kBodyBytesMax - body->size ? (size_t)written : kBodyBytesMax - body->size - 1;
}

/* The value of a query parameter, percent-decoded; empty when it is absent. */
static void queryValue(const char *query, const char *name, char *value, size_t valueSize) {
    size_t length = strlen(name), used = 0;
    value[0] = 0;
    for (const char *part = query; part && *part; part = strchr(part, '&') ? strchr(part, '&') + 1 : NULL) {
        if (strncmp(part, name, length) != 0 || part[length] != '=')
            continue;
        for (const char *c = part + length + 1; *c && *c != '&' && used + 1 < valueSize; ++c) {
            unsigned byte = 0;
            if (*c == '%' && sscanf(c + 1, "%2x", &byte) == 1 && byte != 0) {
                value[used++] = (char)byte;
                c += 2;
            } else {
                value[used++] = *c == '+' ? ' ' : *c;
            }
        }
        value[used] = 0;
        return;
    }
}

static int addFolder(struct Body *body, const char *path) {
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; ++i) {
        if (entries[i]->d_name[0] != '.')
            append(body, "%s\n", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return count < 0 ? 404 : 200;
}

static int addFile(struct Body *body, const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        append(body, "%s: %s\n", path, strerror(errno));
        return 404;
    }
    if (S_ISDIR(info.st_mode))
        return addFolder(body, path);
    FILE *file = fopen(path, "re");
    if (!file) {
        append(body, "%s: %s\n", path, strerror(errno));
        return 403;
    }
    body->size += fread(body->text + body->size, 1, kBodyBytesMax - body->size, file);
    fclose(file);
    return 200;
}

static int addEnvironment(struct Body *body, const char *query) {
    char name[256];
    queryValue(query, "name", name, sizeof name);
    if (name[0]) {
        const char *value = getenv(name);
        append(body, "%s\n", value ? value : "");
        return value ? 200 : 404;
    }
    for (char **variable = environ; *variable; ++variable)
        if (strncmp(*variable, "HELLO_", 6) == 0)
            append(body, "%s\n", *variable);
    return 200;
}

static int addGreeting(struct Body *body) {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    const char *message = getenv("HELLO_MESSAGE"), *files = getenv("HELLO_FILES");
    append(body, "%s from %s\n", message ? message : "Hello", host);
    if (files)
        addFolder(body, files);
    return 200;
}

static int answerState(struct Body *body, const char *query, atomic_int *state, int codeWhenOff) {
    char set[8];
    queryValue(query, "set", set, sizeof set);
    if (set[0]) {
        atomic_store(state, strcmp(set, "off") != 0);
        append(body, "%s\n", set);
        return 200;
    }
    append(body, "%s\n", atomic_load(state) ? "ok" : "off");
    return atomic_load(state) ? 200 : codeWhenOff;
}

static void takeAllMemory(void) {
    for (;;) {
        char *block = malloc(1 << 20);
        if (block)
            memset(block, 1, 1 << 20);
    }
}

static int answer(struct Body *body, const char *path, const char *query) {
    char value[4096];
    if (strcmp(path, "/") == 0)
        return addGreeting(body);
    if (strcmp(path, "/healthz") == 0)
        return answerState(body, query, &s_healthy, 500);
    if (strcmp(path, "/readyz") == 0)
        return answerState(body, query, &s_ready, 503);
    if (strcmp(path, "/env") == 0)
        return addEnvironment(body, query);
    if (strcmp(path, "/file") == 0) {
        queryValue(query, "path", value, sizeof value);
        return addFile(body, value);
    }
    if (strcmp(path, "/exit") == 0) {
        queryValue(query, "code", value, sizeof value);
        exit(atoi(value));
    }
    if (strcmp(path, "/crash") == 0)
        abort();
    if (strcmp(path, "/oom") == 0)
        takeAllMemory();
    append(body, "%s: not found\n", path);
    return 404;
}

/* Reads up to the end of the header; the body of a request does not matter here. */
static int readRequest(int connection, char *request) {
    size_t size = 0;
    while (size + 1 < kRequestBytesMax) {
        ssize_t got = read(connection, request + size, kRequestBytesMax - 1 - size);
        if (got <= 0)
            return 0;
        size += (size_t)got;
        request[size] = 0;
        if (strstr(request, "\r\n\r\n"))
            return 1;
    }
    return 0;
}

static void sendAll(int connection, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = send(connection, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void logRequest(const char *method, const char *target, int code) {
    char stamp[32];
    time_t now = time(NULL);
    struct tm broken;
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &broken));
    printf("%s %s %s %d\n", stamp, method, target, code);
}

static void serve(int connection, char *request, struct Body *body) {
    char method[16], target[4096], header[256];
    if (!readRequest(connection, request) || sscanf(request, "%15s %4095s", method, target) != 2)
        return;
    char *question = strchr(target, '?');
    char path[4096];
    snprintf(path, sizeof path, "%.*s", (int)(question ? question - target : (ptrdiff_t)strlen(target)), target);
    int code = answer(body, path, question ? question + 1 : "");
    logRequest(method, target, code);
    int size = snprintf(header, sizeof header,
                        "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
                        "Connection: close\r\n\r\n",
                        code, code == 200 ? "OK" : "Error", body->size);
    sendAll(connection, header, (size_t)size);
    if (strcmp(method, "HEAD") != 0)
        sendAll(connection, body->text, body->size);
}

static void *serveConnection(void *argument) {
    int connection = (int)(intptr_t)argument;
    char *request = malloc(kRequestBytesMax);
    struct Body body = {.text = malloc(kBodyBytesMax)};
    if (request && body.text)
        serve(connection, request, &body);
    free(request);
    free(body.text);
    close(connection);
    return NULL;
}

static int listenOn(int port) {
    int on = 1, off = 0;
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0 && setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0 &&
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(listener, (struct sockaddr *)&any, sizeof any) == 0 && listen(listener, 128) == 0)
        return listener;
    /* A kernel without IPv6. */
    struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(listener, (struct sockaddr *)&any4, sizeof any4) == 0 && listen(listener, 128) == 0)
        return listener;
    return -1;
}

static void onTerminate(int signalNumber) {
    (void)signalNumber;
    static const char kText[] = "SIGTERM: goodbye\n";
    ssize_t ignored = write(STDOUT_FILENO, kText, sizeof kText - 1);
    (void)ignored;
    _exit(0);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sigaction terminate = {.sa_handler = onTerminate};
    sigaction(SIGTERM, &terminate, NULL);
    sigaction(SIGINT, &terminate, NULL);
    const char *portText = getenv("PORT");
    int port = portText ? atoi(portText) : 8080;
    int listener = listenOn(port);
    if (listener < 0) {
        fprintf(stderr, "cannot listen on port %d: %s\n", port, strerror(errno));
        return 1;
    }
    printf("listening on port %d\n", port);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        struct timeval timeout = {.tv_sec = kReadTimeoutSeconds};
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        pthread_t thread;
        if (pthread_create(&thread, &attributes, serveConnection, (void *)(intptr_t)connection) != 0)
            close(connection);
    }
}
