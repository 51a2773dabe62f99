/* The wall clock as a file tells it: loaded into a program before the C library, of which it replaces every way to ask for that
 * time. So all of the program has it, SQLite, too. Time that never jumps is left alone.
 *
 * The file that ORDER_SERVICE_TEST_CLOCK names holds `+SECONDS` or `-SECONDS`, how far the clock is off, or `=SECONDS`, since 1970,
 * where it stands still. Without it, the clock is right. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void as_told(struct timespec *time) {
    const char *path = getenv("ORDER_SERVICE_TEST_CLOCK");
    int before = errno;
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        char text[32] = {0};
        ssize_t length = read(file, text, sizeof text - 1);
        close(file);
        if (length > 1 && text[0] == '=') {
            *time = (struct timespec){.tv_sec = atoll(text + 1)};
        } else if (length > 1) {
            time->tv_sec += atoll(text);
        }
    }
    errno = before;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        as_told(time);
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    *time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    if (result) {
        *result = now.tv_sec;
    }
    return now.tv_sec;
}
