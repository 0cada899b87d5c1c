#include "app/ssh/ssh_dialogue.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace coracle::app {

SshDialogue::SshDialogue(Asker asker) : m_asker(std::move(asker)), m_cancelFd(::eventfd(0, EFD_CLOEXEC)) {}

SshDialogue::~SshDialogue() {
    for (const int socket : m_sockets)
        ::close(socket);
    ::close(m_cancelFd);
}

std::optional<QString> SshDialogue::ask(SshQuestion question) {
    {
        const std::lock_guard lock(m_mutex);
        question.number = ++m_number;
        m_answered = false;
    }
    m_asker(question);
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_answered || m_cancelled; });
    return m_cancelled ? std::nullopt : std::exchange(m_answer, std::nullopt);
}

void SshDialogue::answer(int number, std::optional<QString> text) {
    const std::lock_guard lock(m_mutex);
    if (number != m_number || m_answered)
        return;
    m_answer = std::move(text);
    m_answered = true;
    m_changed.notify_all();
}

void SshDialogue::guard(int socket) {
    const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    const std::lock_guard lock(m_mutex);
    m_sockets.push_back(copy);
    if (m_cancelled)
        ::shutdown(copy, SHUT_RDWR);
}

bool SshDialogue::cancelled() const {
    const std::lock_guard lock(m_mutex);
    return m_cancelled;
}

void SshDialogue::cancel() {
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_cancelled, true))
        return;
    for (const int socket : m_sockets)
        ::shutdown(socket, SHUT_RDWR);
    const uint64_t one = 1;
    if (::write(m_cancelFd, &one, sizeof one) < 0)
        qWarning("cannot wake the SSH connection");
    m_changed.notify_all();
}

} // namespace coracle::app
