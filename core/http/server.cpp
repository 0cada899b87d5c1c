#include "core/http/server.h"

#include "core/base/log.h"
#include "core/http/event.h"
#include "core/http/listener.h"
#include "core/http/session.h"
#include "core/http/tls_context.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <cerrno>
#include <fmt/format.h>
#include <mutex>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

constexpr auto kAcceptPause = std::chrono::milliseconds(100); ///< when no more connections are possible

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

struct Listener {
    Listener(const Executor &strand, const ListeningSocket &socket)
        : acceptor(strand, asio::generic::stream_protocol(socket.family, 0), socket.fd), family(socket.family) {}

    Acceptor acceptor;
    const int family;
    std::mutex mutex; ///< for the two that replaceIdentity() changes
    std::optional<TlsOptions> tls;
    std::shared_ptr<const TlsContext> context;
    std::filesystem::path path; ///< unix socket: removed at the end if it is still this one
    ino_t inode = 0;
};

/// The server's inside: shared by everything that runs, so that nothing dangles whatever order things end in. Its own
/// members belong to its strand; listeners are added under the mutex from any thread.
class Core : public std::enable_shared_from_this<Core> {
public:
    Core(Executor executor, Handler handler, Limits limits, RefusalForm refusalForm)
        : m_executor(std::move(executor)),
          m_strand(asio::make_strand(m_executor)),
          m_shared(std::make_shared<ServerShared>(ServerShared{std::move(handler), limits, std::move(refusalForm)})),
          m_changed(m_strand),
          m_sweep(m_strand) {}

    void add(std::shared_ptr<Listener> listener);
    Result<> replaceIdentity(const TlsIdentity &identity);
    static Task<> stop(std::shared_ptr<Core> self, std::chrono::milliseconds drain);
    /// Without waiting for anybody.
    static void abandon(std::shared_ptr<Core> self);
    const Executor &strand() const { return m_strand; }

private:
    using SessionPtr = std::shared_ptr<Session>;

    static Task<> acceptLoop(std::shared_ptr<Core> self, std::shared_ptr<Listener> listener);
    static Task<> serve(SessionPtr session);
    void begin(Socket socket, const Executor &strand, Listener &listener);
    void ended(const SessionPtr &session);
    void armSweep();
    void stopListening();
    void cutAll();
    static Task<> waitUntilEmpty(std::shared_ptr<Core> self);

    const Executor m_executor;
    const Executor m_strand;
    const std::shared_ptr<const ServerShared> m_shared;
    std::mutex m_mutex;
    std::vector<std::shared_ptr<Listener>> m_listeners;
    std::unordered_set<SessionPtr> m_sessions;
    size_t m_acceptLoops = 0;
    Event m_changed; ///< a session or an accept loop has ended
    asio::steady_timer m_sweep;
    bool m_sweeping = false;
    bool m_stopping = false;
};

void Core::add(std::shared_ptr<Listener> listener) {
    {
        const std::lock_guard lock(m_mutex);
        m_listeners.push_back(listener);
    }
    asio::post(m_strand, [self = shared_from_this(), listener] {
        if (self->m_stopping)
            return;
        ++self->m_acceptLoops;
        asio::co_spawn(self->m_strand, acceptLoop(self, listener), [self](std::exception_ptr) {
            --self->m_acceptLoops;
            self->m_changed.notify();
        });
    });
}

Result<> Core::replaceIdentity(const TlsIdentity &identity) {
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<const TlsContext>> contexts;
    for (const auto &listener : m_listeners) {
        if (!listener->tls)
            continue;
        TlsOptions options = *listener->tls;
        options.identity = identity;
        TRY(contexts.emplace_back(), TlsContext::forServer(options));
    }
    auto context = contexts.begin();
    for (const auto &listener : m_listeners) {
        const std::lock_guard listenerLock(listener->mutex);
        if (!listener->tls)
            continue;
        listener->tls->identity = identity;
        listener->context = std::move(*context++);
    }
    return {};
}

Task<> Core::acceptLoop(std::shared_ptr<Core> self, std::shared_ptr<Listener> listener) {
    asio::steady_timer pause(self->m_strand);
    bool warned = false;
    while (!self->m_stopping && listener->acceptor.is_open()) {
        boost::system::error_code error;
        const Executor strand = asio::make_strand(self->m_executor);
        Socket socket(strand);
        bool full = self->m_sessions.size() >= self->m_shared->limits.connectionsMax;
        if (!full) {
            auto [failure] = co_await listener->acceptor.async_accept(socket, asio::as_tuple(asio::use_awaitable));
            error = failure;
            const int code = error.value();
            full = code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
        }
        if (full) {
            // They wait in the kernel's queue; trying again at once would only burn the processor.
            if (!std::exchange(warned, true))
                log::warning("http", "no more connections can be accepted: {}",
                             error ? error.message() : "the limit is reached");
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        if (error)
            continue; // the peer left before it was accepted, or the acceptor was closed
        warned = false;
        if (!self->m_stopping)
            self->begin(std::move(socket), strand, *listener);
    }
}

void fillPeer(Peer &peer, int fd, int family) {
    if (family != AF_UNIX) {
        peer.address = peerAddress(fd);
        return;
    }
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return;
    peer.uid = credentials.uid;
    peer.gid = credentials.gid;
    peer.pid = credentials.pid;
}

void Core::begin(Socket socket, const Executor &strand, Listener &listener) {
    const int fd = socket.native_handle();
    if (listener.family != AF_UNIX)
        tuneTcp(fd);
    SslPtr ssl;
    if (const std::lock_guard lock(listener.mutex); listener.context) {
        ssl = listener.context->accept();
        if (!ssl)
            return;
    }
    auto session =
        std::make_shared<Session>(m_shared, strand, std::make_unique<Transport>(std::move(socket), std::move(ssl)));
    fillPeer(*session->peer, fd, listener.family);
    session->setDeadline(m_shared->limits.headerTimeout);
    m_sessions.insert(session);
    armSweep();
    auto done = [self = shared_from_this(), session](std::exception_ptr failure) {
        if (failure) {
            log::error("http", "a connection ended with an exception");
            session->cut();
        }
        asio::post(self->m_strand, [self, session] { self->ended(session); });
    };
    asio::co_spawn(strand, serve(session), std::move(done));
}

Task<> Core::serve(SessionPtr session) {
    Transport &transport = *session->transport;
    if (auto done = co_await transport.handshake(); !done) {
        log::debug("http", "{}: {}", session->peer->address, done.error().message);
        transport.close();
        co_return;
    }
    bool http2 = false;
    if (transport.ssl()) {
        http2 = negotiatedHttp2(transport.ssl());
        session->peer->certificates = peerCertificates(transport.ssl());
        session->peer->serverName = requestedServerName(transport.ssl());
    }
    auto protocol = http2 ? makeHttp2(*session) : makeHttp1(*session);
    session->protocol = protocol;
    if (session->draining)
        protocol->drain();
    co_await protocol->run();
    session->protocol.reset();
    transport.close();
}

void Core::ended(const SessionPtr &session) {
    m_sessions.erase(session);
    m_changed.notify();
}

/// Looks for expired deadlines: one timer for all connections, and none while there is no connection.
void Core::armSweep() {
    if (m_sweeping)
        return;
    m_sweeping = true;
    const Limits &limits = m_shared->limits;
    const auto least = std::min<std::chrono::milliseconds>(limits.headerTimeout, limits.idleTimeout);
    m_sweep.expires_after(
        std::clamp<std::chrono::milliseconds>(least / 4, std::chrono::milliseconds(50), std::chrono::seconds(2)));
    m_sweep.async_wait([self = shared_from_this()](boost::system::error_code) {
        self->m_sweeping = false;
        const auto now = Session::Steady::now();
        for (const SessionPtr &session : self->m_sessions)
            if (session->expired(now))
                asio::post(session->strand, [session] {
                    if (session->expired(Session::Steady::now()))
                        session->cut();
                });
        if (!self->m_sessions.empty())
            self->armSweep();
    });
}

void Core::stopListening() {
    m_stopping = true;
    const std::lock_guard lock(m_mutex);
    for (const auto &listener : m_listeners) {
        boost::system::error_code ignored;
        listener->acceptor.close(ignored);
        struct stat info{};
        if (!listener->path.empty() && ::lstat(listener->path.c_str(), &info) == 0 && info.st_ino == listener->inode)
            ::unlink(listener->path.c_str());
    }
    m_listeners.clear();
}

void Core::cutAll() {
    for (const SessionPtr &session : m_sessions)
        asio::post(session->strand, [session] { session->cut(); });
}

Task<> Core::waitUntilEmpty(std::shared_ptr<Core> self) {
    while (!self->m_sessions.empty() || self->m_acceptLoops > 0)
        co_await self->m_changed.wait();
}

Task<> Core::stop(std::shared_ptr<Core> self, std::chrono::milliseconds drain) {
    self->stopListening();
    for (const SessionPtr &session : self->m_sessions)
        asio::post(session->strand, [session] {
            session->draining = true;
            if (session->protocol)
                session->protocol->drain();
        });
    asio::steady_timer patience(self->m_strand, drain);
    patience.async_wait([self](boost::system::error_code error) {
        if (!error)
            self->cutAll();
    });
    co_await waitUntilEmpty(self);
    patience.cancel();
    self->m_sweep.cancel();
}

void Core::abandon(std::shared_ptr<Core> self) {
    asio::post(self->m_strand, [self] {
        self->stopListening();
        self->cutAll();
        self->m_sweep.cancel();
    });
}

class ServerImpl final : public Server {
public:
    ServerImpl(Executor executor, Handler handler, Limits limits, RefusalForm refusalForm)
        : m_core(std::make_shared<Core>(std::move(executor), std::move(handler), limits, std::move(refusalForm))) {}
    ~ServerImpl() override { Core::abandon(m_core); }

    Result<uint16_t> listenTls(const std::string &address, uint16_t port, TlsOptions options) override {
        TRY(auto context, TlsContext::forServer(options));
        TRY(const auto socket, listenTcp(address, port));
        auto listener = std::make_shared<Listener>(m_core->strand(), socket);
        listener->tls = std::move(options);
        listener->context = std::move(context);
        m_core->add(std::move(listener));
        return socket.port;
    }

    Result<uint16_t> listenPlain(const std::string &address, uint16_t port) override {
        TRY(const auto socket, listenTcp(address, port));
        m_core->add(std::make_shared<Listener>(m_core->strand(), socket));
        return socket.port;
    }

    Result<> listenUnix(const std::filesystem::path &path, mode_t mode) override {
        TRY(const auto socket, listenUnixSocket(path, mode));
        auto listener = std::make_shared<Listener>(m_core->strand(), socket);
        struct stat info{};
        if (::lstat(path.c_str(), &info) == 0) {
            listener->path = path;
            listener->inode = info.st_ino;
        }
        m_core->add(std::move(listener));
        return {};
    }

    Result<> replaceIdentity(TlsIdentity identity) override { return m_core->replaceIdentity(identity); }

    Task<> stop(std::chrono::milliseconds drain) override {
        co_await asio::co_spawn(m_core->strand(), Core::stop(m_core, drain), asio::use_awaitable);
    }

private:
    std::shared_ptr<Core> m_core;
};

} // namespace

Refusal plainRefusal(int status) {
    return {"text/plain; charset=utf-8", fmt::format("{} {}\n", status, reasonPhrase(status))};
}

std::unique_ptr<Server> Server::create(Executor executor, Handler handler, Limits limits, RefusalForm refusalForm) {
    return std::make_unique<ServerImpl>(std::move(executor), std::move(handler), limits, std::move(refusalForm));
}

} // namespace coracle::http
