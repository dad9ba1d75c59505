/* Preloaded into Tieline by tests: makes calls on files fail, fall short or take long, as rules in a control file say. A disk below SQLite and .NET.
 *
 * TIELINE_FAULTS names the control file: SIZE bytes, mapped, so a change holds at once in every process. Its text is a rule a line:
 *     CALL PATTERN FAULT
 * CALL is write, read, sync, open (for writing), grow, or any; PATTERN is a shell pattern of the whole path; FAULT is an errno's number, "short", or "delay:MILLISECONDS". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SIZE 4096
#define RULES 32
#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

enum { WRITE = 1, READ = 2, SYNC = 4, OPEN = 8, GROW = 16 };
enum { NOTHING, FAIL, SHORT };

struct rule { int calls, error, is_short; long delay; char pattern[256]; };

static const char *control;
static char parsed[SIZE];
static struct rule rules[RULES];
static int count;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TIELINE_FAULTS");
    int file = path ? REAL(open)(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) control = mapped;
    close(file);
}

static int calls_of(const char *name) {
    if (!strcmp(name, "write")) return WRITE;
    if (!strcmp(name, "read")) return READ;
    if (!strcmp(name, "sync")) return SYNC;
    if (!strcmp(name, "open")) return OPEN;
    if (!strcmp(name, "grow")) return GROW;
    return WRITE | READ | SYNC | OPEN | GROW;
}

static void parse(void) {
    char text[SIZE], *rest = text, *line;
    memcpy(text, parsed, SIZE);
    text[SIZE - 1] = 0;
    count = 0;
    while (count < RULES && (line = strsep(&rest, "\n")) != NULL) {
        char call[16], fault[32];
        struct rule *r = &rules[count];
        memset(r, 0, sizeof *r);
        if (sscanf(line, "%15s %255s %31s", call, r->pattern, fault) != 3) continue;
        r->calls = calls_of(call);
        if (!strcmp(fault, "short")) r->is_short = 1;
        else if (!strncmp(fault, "delay:", 6)) r->delay = atol(fault + 6);
        else r->error = atoi(fault);
        count++;
    }
}

/* What is to happen to this call; errno is set where it fails. */
static int decide(int call, const char *path, int file) {
    char name[4096];
    int outcome = NOTHING, error = 0;
    long delay = 0;
    if (!control || !control[0]) return NOTHING;
    if (!path) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t length = readlink(link, name, sizeof name - 1);
        if (length <= 0) return NOTHING;
        name[length] = 0;
        path = name;
    }
    pthread_mutex_lock(&gate);
    if (memcmp(parsed, control, SIZE)) {
        memcpy(parsed, control, SIZE);
        parse();
    }
    for (int i = 0; i < count; i++) {
        if (!(rules[i].calls & call) || fnmatch(rules[i].pattern, path, 0)) continue;
        delay += rules[i].delay;
        if (rules[i].is_short) outcome = SHORT;
        if (rules[i].error) { outcome = FAIL; error = rules[i].error; break; }
    }
    pthread_mutex_unlock(&gate);
    if (delay) {
        struct timespec time = { delay / 1000, delay % 1000 * 1000000L };
        nanosleep(&time, NULL);
    }
    if (outcome == FAIL) errno = error;
    return outcome;
}

static size_t part(int outcome, size_t size) { return outcome == SHORT && size > 1 ? size / 2 : size; }

#define TRANSFER(call, name, buffer, ...) \
    int outcome = decide(call, NULL, file); \
    return outcome == FAIL ? -1 : REAL(name)(file, buffer, part(outcome, size) __VA_ARGS__)

ssize_t write(int file, const void *buffer, size_t size) { TRANSFER(WRITE, write, buffer); }
ssize_t pwrite(int file, const void *buffer, size_t size, off_t at) { TRANSFER(WRITE, pwrite, buffer, , at); }
ssize_t pwrite64(int file, const void *buffer, size_t size, off64_t at) { TRANSFER(WRITE, pwrite64, buffer, , at); }
ssize_t read(int file, void *buffer, size_t size) { TRANSFER(READ, read, buffer); }
ssize_t pread(int file, void *buffer, size_t size, off_t at) { TRANSFER(READ, pread, buffer, , at); }
ssize_t pread64(int file, void *buffer, size_t size, off64_t at) { TRANSFER(READ, pread64, buffer, , at); }

ssize_t pwritev(int file, const struct iovec *parts, int n, off_t at) { return decide(WRITE, NULL, file) == FAIL ? -1 : REAL(pwritev)(file, parts, n, at); }
ssize_t preadv(int file, const struct iovec *parts, int n, off_t at) { return decide(READ, NULL, file) == FAIL ? -1 : REAL(preadv)(file, parts, n, at); }
int fsync(int file) { return decide(SYNC, NULL, file) == FAIL ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return decide(SYNC, NULL, file) == FAIL ? -1 : REAL(fdatasync)(file); }
int ftruncate(int file, off_t size) { return decide(GROW, NULL, file) == FAIL ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { return decide(GROW, NULL, file) == FAIL ? -1 : REAL(ftruncate64)(file, size); }
int fallocate(int file, int mode, off_t at, off_t size) { return decide(GROW, NULL, file) == FAIL ? -1 : REAL(fallocate)(file, mode, at, size); }
int fallocate64(int file, int mode, off64_t at, off64_t size) { return decide(GROW, NULL, file) == FAIL ? -1 : REAL(fallocate64)(file, mode, at, size); }

static int is_refused(const char *path, int flags) { return flags & (O_WRONLY | O_RDWR | O_CREAT) && decide(OPEN, path, -1) == FAIL; }

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { MODE return is_refused(path, flags) ? -1 : REAL(open)(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return is_refused(path, flags) ? -1 : REAL(open64)(path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return is_refused(path, flags) ? -1 : REAL(openat)(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return is_refused(path, flags) ? -1 : REAL(openat64)(folder, path, flags, mode); }
