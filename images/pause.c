/* The process of a pod's sandbox: it holds the pod's namespaces and, where containers share their PID namespace, reaps
 * what they leave behind. */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void endProcess(int signalNumber) {
    (void)signalNumber;
    _exit(0);
}

static void reapChildren(int signalNumber) {
    (void)signalNumber;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

int main(void) {
    /* As PID 1 it gets only signals that it handles. */
    struct sigaction end = {.sa_handler = endProcess};
    struct sigaction reap = {.sa_handler = reapChildren, .sa_flags = SA_NOCLDSTOP | SA_RESTART};
    if (sigaction(SIGINT, &end, NULL) != 0 || sigaction(SIGTERM, &end, NULL) != 0 ||
        sigaction(SIGCHLD, &reap, NULL) != 0)
        return 1;
    for (;;)
        pause();
}
