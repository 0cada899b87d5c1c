#pragma once

#include "app/ssh/ssh_question.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace coracle::app {

/// Between the thread that makes an SSH connection and whoever started it: questions one way, answers and cancelling
/// the other way.
class SshDialogue {
public:
    using Asker = std::function<void(const SshQuestion &)>; ///< called on the connection's thread

    explicit SshDialogue(Asker asker);
    ~SshDialogue();
    SshDialogue(const SshDialogue &) = delete;
    SshDialogue &operator=(const SshDialogue &) = delete;

    // The connection's thread.

    /// Waits for the answer; nothing: the user does not want to, or cancel().
    std::optional<QString> ask(SshQuestion question);
    /// Cancelling shuts this socket down, also after its owner has closed it.
    void guard(int socket);
    /// Becomes readable when it is cancelled.
    int cancelFd() const { return m_cancelFd; }
    bool cancelled() const;

    // Any thread.

    void answer(int number, std::optional<QString> text);
    void cancel();

private:
    const Asker m_asker;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_number = 0;
    bool m_answered = false, m_cancelled = false;
    std::optional<QString> m_answer;
    std::vector<int> m_sockets; ///< duplicates, owned
    int m_cancelFd = -1;
};

} // namespace coracle::app
