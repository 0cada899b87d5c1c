#include "app/ssh/ssh_link.h"

#include "app/session/api_request.h"
#include "app/ssh/ssh_session.h"

#include <QDir>
#include <QHostInfo>

namespace coracle::app {

namespace {

constexpr int kEndMs = 2'000; ///< a worker that was cancelled ends within milliseconds

/// QTemporaryDir makes folders that only the user can enter.
QString folderTemplate() {
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return (runtime.isEmpty() ? QDir::tempPath() : runtime) + QStringLiteral("/coracle-XXXXXX");
}

} // namespace

SshLink::SshLink(ClusterProfile profile, SecretStore &secrets, QObject *parent)
    : Link(parent), m_profile(std::move(profile)), m_secrets(secrets) {}

SshLink::~SshLink() {
    const QPointer<SshWorker> worker = m_worker;
    close();
    if (worker)
        worker->wait(kEndMs);
}

void SshLink::forgetSecrets(const ClusterProfile &profile, SecretStore &secrets) {
    if (profile.kind != ClusterProfile::Kind::Ssh)
        return;
    for (const QString &name : {QStringLiteral("password"), QStringLiteral("jump-password"),
                                QStringLiteral("passphrase:") + SshHop::ofCluster(profile).identityFile})
        secrets.remove(secretName(profile.id, name));
}

void SshLink::open() {
    close();
    auto jump = SshHop::ofJumpHost(m_profile);
    if (!jump) {
        Q_EMIT failed(jump.error(), true);
        return;
    }
    m_folder = std::make_unique<QTemporaryDir>(folderTemplate());
    if (!m_folder->isValid()) {
        Q_EMIT failed(
            errors::other("cannot make a folder for the SSH connection: " + m_folder->errorString().toStdString())
                .error(),
            false);
        return;
    }
    SshRoute route{.host = SshHop::ofCluster(m_profile),
                   .jump = std::move(*jump),
                   .addresses = {},
                   .remoteSocket = m_profile.socketPath.isEmpty() ? defaultSocketPath() : m_profile.socketPath,
                   .localSocket = m_folder->filePath(QStringLiteral("clusterd.sock"))};
    const SshHop first = route.jump ? *route.jump : route.host;
    resolve(first, [this, route = std::move(route)](QList<QHostAddress> addresses) mutable {
        route.addresses = std::move(addresses);
        start(std::move(route));
    });
}

void SshLink::resolve(const SshHop &first, std::function<void(QList<QHostAddress>)> then) {
    m_lookup = QHostInfo::lookupHost(first.host, this, [this, first, then = std::move(then)](const QHostInfo &info) {
        m_lookup = -1;
        if (!info.addresses().isEmpty())
            return then(info.addresses());
        Q_EMIT failed(
            unreachable(tr("The name %1 is not known: %2").arg(first.host, info.errorString()).toStdString()).error(),
            false);
    });
}

void SshLink::start(SshRoute route) {
    const QString localSocket = route.localSocket;
    m_worker = new SshWorker(std::move(route));
    SshWorker *worker = m_worker;
    connect(worker, &QThread::finished, worker, &QObject::deleteLater);
    connect(worker, &SshWorker::asked, this, &SshLink::ask);
    connect(worker, &SshWorker::hostKnown, this, [this](bool jump, const QString &key) {
        QString &pinned = jump ? m_profile.jumpHostKey : m_profile.hostKey;
        if (pinned == key)
            return;
        pinned = key;
        Q_EMIT hostKeyAccepted(jump, key);
    });
    connect(worker, &SshWorker::listening, this, [this, localSocket] {
        m_listening = true;
        keepSecrets();
        Q_EMIT ready(localSocket);
    });
    connect(worker, &SshWorker::ended, this, [this](const Status &why) {
        const bool listened = m_listening;
        close();
        if (listened)
            Q_EMIT broken(why);
        else
            Q_EMIT failed(why, why.reason == kNeedsUser);
    });
    worker->start();
}

void SshLink::close() {
    if (m_lookup >= 0)
        QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
    if (SshWorker *worker = m_worker) {
        m_worker = nullptr;
        disconnect(worker, nullptr, this, nullptr);
        worker->cancel(); // it deletes itself when its thread has ended
        Q_EMIT asked({});
    }
    m_listening = false;
    m_remember.clear();
    m_folder.reset();
}

void SshLink::ask(const SshQuestion &question) {
    if (!question.canRemember()) {
        Q_EMIT asked(question);
        return;
    }
    const QString name = secretName(m_profile.id, question.secretName);
    if (question.again) { // what was kept is wrong
        m_given.remove(question.secretName);
        m_secrets.remove(name);
        Q_EMIT asked(question);
        return;
    }
    if (const auto given = m_given.constFind(question.secretName); given != m_given.constEnd())
        return m_worker->answer(question.number, *given);
    m_secrets.read(name, m_worker, [this, worker = m_worker, question](std::optional<QString> secret) {
        if (worker != m_worker)
            return;
        if (secret)
            worker->answer(question.number, std::move(secret));
        else
            Q_EMIT asked(question);
    });
}

void SshLink::answer(const SshQuestion &question, std::optional<QString> text, bool remember) {
    Q_EMIT asked({});
    if (!m_worker)
        return;
    if (text && question.canRemember()) {
        m_given.insert(question.secretName, *text); // a connection that was lost comes back without asking
        if (remember)
            m_remember.insert(question.secretName, *text);
    }
    m_worker->answer(question.number, std::move(text));
}

void SshLink::keepSecrets() {
    for (auto secret = m_remember.cbegin(); secret != m_remember.cend(); ++secret)
        m_secrets.write(secretName(m_profile.id, secret.key()), secret.value());
    m_remember.clear();
}

} // namespace coracle::app
