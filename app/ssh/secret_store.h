#pragma once

#include <QHash>
#include <QObject>
#include <functional>
#include <optional>

namespace coracle::app {

/// Passwords and passphrases, in the desktop's key store (Secret Service, KWallet). Where none runs, as on a panel
/// without a desktop, they are kept in memory until the program ends, and keptForNow() tells so. Never in a file, never
/// in a log. GUI thread.
class SecretStore : public QObject {
    Q_OBJECT

public:
    /// A key store that does not answer by then (it may ask on a screen that nobody sees) has nothing.
    static constexpr int kAnswerMs = 20'000;

    using QObject::QObject;

    /// `use` is called once, later; nothing: not there. Not called when `context` is gone.
    virtual void read(const QString &name, QObject *context, std::function<void(std::optional<QString>)> use);
    virtual void write(const QString &name, const QString &secret);
    virtual void remove(const QString &name);

Q_SIGNALS:
    /// What was to be kept is gone when the program ends: the key store did not take it.
    void keptForNow();

private:
    QHash<QString, QString> m_memory; ///< what the key store did not take
};

/// Nothing leaves the memory.
class MemorySecretStore final : public SecretStore {
public:
    using SecretStore::SecretStore;
    void read(const QString &name, QObject *context, std::function<void(std::optional<QString>)> use) override;
    void write(const QString &name, const QString &secret) override { m_secrets.insert(name, secret); }
    void remove(const QString &name) override { m_secrets.remove(name); }

private:
    QHash<QString, QString> m_secrets;
};

} // namespace coracle::app
