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
    // Whichever comes first; the other finds that it is used.
    const auto once = std::make_shared<std::function<void(std::optional<QString>)>>(std::move(use));
    const auto answer = [once](std::optional<QString> secret) {
        if (const auto first = std::exchange(*once, nullptr))
            first(std::move(secret));
    };
    connect(job, &QKeychain::Job::finished, context, [this, job, name, answer] {
        answer(job->error() == QKeychain::NoError ? job->textData() : find(m_memory, name));
    });
    QTimer::singleShot(kAnswerMs, context, [self = QPointer(this), name, answer] {
        answer(self ? find(self->m_memory, name) : std::nullopt);
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
        else
            Q_EMIT keptForNow();
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
