#include "app/ssh/secret_store.h"

#include <QPointer>
#include <QTimer>
#include <qt6keychain/keychain.h>

namespace coracle::app {

namespace {

const QString kService = QStringLiteral("coracle");

std::optional<QString> find(const QHash<QString, QString> &secrets, const QString &name) {
    const auto found = secrets.constFind(name);
    return found == secrets.constEnd() ? std::nullopt : std::optional(*found);
}

} // namespace

void SecretStore::read(const QString &name, QObject *context, std::function<void(std::optional<QString>)> use) {
    auto *job = new QKeychain::ReadPasswordJob(kService, this);
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, context, [this, job, name, use = std::move(use)] {
        use(job->error() == QKeychain::NoError ? job->textData() : find(m_memory, name));
    });
    job->start();
}

void SecretStore::write(const QString &name, const QString &secret) {
    auto *job = new QKeychain::WritePasswordJob(kService, this);
    job->setKey(name);
    job->setTextData(secret);
    m_memory.insert(name, secret);
    connect(job, &QKeychain::Job::finished, this, [this, job, name] {
        if (job->error() == QKeychain::NoError)
            m_memory.remove(name);
    });
    job->start();
}

void SecretStore::remove(const QString &name) {
    m_memory.remove(name);
    auto *job = new QKeychain::DeletePasswordJob(kService, this);
    job->setKey(name);
    job->start();
}

void MemorySecretStore::read(const QString &name, QObject *context, std::function<void(std::optional<QString>)> use) {
    QTimer::singleShot(0, context, [secret = find(m_secrets, name), use = std::move(use)] { use(secret); });
}

} // namespace coracle::app
