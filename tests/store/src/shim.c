/* Preloaded into a process: fails writes to, or syncs of, files whose names end in "-wal", as its control file says.
 *
 * The control file is shared memory: byte 0 what is struck, byte 1 the error, byte 2 whether it strikes once only,
 * bytes 4 to 7 how often it has struck. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { NOTHING = 0, WRITE_BEFORE = 1, WRITE_AFTER = 2, SYNC_BEFORE = 3, SYNC_AFTER = 4 };

static volatile unsigned char *control;
/* The header of the frame that commits was written: the next write is the last of the transaction. */
static volatile int commits;

__attribute__((constructor)) static void map_control(void) {
    const char *path = getenv("STORE_FAULTS_CONTROL");
    int fd = path ? open(path, O_RDWR) : -1;
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) control = page;
    if (fd >= 0) close(fd);
}

static int is_wal(int fd) {
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name);
    return length > 4 && memcmp(name + length - 4, "-wal", 4) == 0;
}

static int strike(void) {
    if (control[2]) control[0] = NOTHING;
    __sync_fetch_and_add((volatile uint32_t *)(control + 4), 1);
    errno = control[1];
    return -1;
}

static int armed(int fd, int low, int high) {
    return control && control[0] >= low && control[0] <= high && is_wal(fd);
}

/* A frame begins with 24 bytes, the second four of which are not zero where it commits. */
static int is_last(const unsigned char *bytes, size_t length) {
    int last = commits;
    commits = length == 24 && (bytes[4] | bytes[5] | bytes[6] | bytes[7]);
    return last && length > 24;
}

#define STRIKE_WRITE(fd, bytes, length, real)                          \
    if (!armed(fd, WRITE_BEFORE, WRITE_AFTER)) return real;            \
    if (control[0] == WRITE_BEFORE) return strike();                   \
    int last = is_last(bytes, length);                                 \
    ssize_t written = real;                                            \
    return last && written == (ssize_t)length ? strike() : written

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    STRIKE_WRITE(fd, bytes, length, real(fd, bytes, length));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    REAL(pwrite);
    STRIKE_WRITE(fd, bytes, length, real(fd, bytes, length, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(pwrite64);
    STRIKE_WRITE(fd, bytes, length, real(fd, bytes, length, at));
}

#define STRIKE_SYNC(fd, real)                                          \
    if (!armed(fd, SYNC_BEFORE, SYNC_AFTER)) return real;              \
    if (control[0] == SYNC_AFTER && real != 0) return -1;              \
    return strike()

int fsync(int fd) {
    REAL(fsync);
    STRIKE_SYNC(fd, real(fd));
}

int fdatasync(int fd) {
    REAL(fdatasync);
    STRIKE_SYNC(fd, real(fd));
}
