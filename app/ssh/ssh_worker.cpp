#include "app/ssh/ssh_worker.h"

#include "app/ssh/ssh_forwarder.h"
#include "app/ssh/ssh_socket.h"

#include <sys/socket.h>
#include <thread>

namespace coracle::app {

namespace {

/// The way through the jump host: carries one connection to the host, on a thread of its own.
class JumpWay {
public:
    JumpWay(SshSession session, const SshHop &host, SshDialogue &dialogue)
        : m_session(std::move(session)), m_forwarder(m_session, {.host = host.host, .port = host.port}, dialogue) {}
    /// The other end must be closed by then, or the dialogue cancelled.
    ~JumpWay() {
        if (m_thread.joinable())
            m_thread.join();
    }

    Result<Socket> open() {
        CHECK(m_forwarder.probe());
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return errors::fromErrno("cannot make a pair of sockets", errno);
        m_forwarder.add(ends[0]);
        m_thread = std::thread([this] { (void)m_forwarder.run(-1); });
        return Socket(ends[1]);
    }

private:
    SshSession m_session;
    SshForwarder m_forwarder;
    std::thread m_thread;
};

} // namespace

SshWorker::SshWorker(SshRoute route)
    : m_route(std::move(route)), m_dialogue([this](const SshQuestion &question) { Q_EMIT asked(question); }) {
    setObjectName(QStringLiteral("ssh"));
}

SshWorker::~SshWorker() {
    cancel();
    wait();
}

void SshWorker::run() {
    const auto end = connectAndCarry();
    if (!m_dialogue.cancelled())
        Q_EMIT ended(end ? Status{.code = 0} : end.error());
}

Result<> SshWorker::connectAndCarry() {
    const SshHop &first = m_route.jump ? *m_route.jump : m_route.host;
    TRY(Socket socket, connectTo(m_route.addresses, first, m_dialogue));
    std::unique_ptr<JumpWay> jumpWay;
    if (m_route.jump) {
        TRY(SshSession jump, SshSession::connect(*m_route.jump, socket.release(), m_dialogue));
        Q_EMIT hostKnown(true, jump.hostKey());
        jumpWay = std::make_unique<JumpWay>(std::move(jump), m_route.host, m_dialogue);
        TRY(socket, jumpWay->open());
    }
    TRY(SshSession session, SshSession::connect(m_route.host, socket.release(), m_dialogue));
    Q_EMIT hostKnown(false, session.hostKey());
    SshForwarder forwarder(session, {.socketPath = m_route.remoteSocket}, m_dialogue);
    CHECK(forwarder.probe());
    TRY(const Socket listener, listenOn(m_route.localSocket));
    Q_EMIT listening();
    return forwarder.run(listener.get());
}

} // namespace coracle::app
