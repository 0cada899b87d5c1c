#pragma once

#include "app/appliance/draft_model.h"

namespace coracle::app {

struct RegistryRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString accessText MEMBER accessText)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString endpoints MEMBER endpoints)
    Q_PROPERTY(QString username MEMBER username)
    Q_PROPERTY(QString caFile MEMBER caFile)
    Q_PROPERTY(bool hasSecret MEMBER hasSecret)
    Q_PROPERTY(bool insecure MEMBER insecure)

public:
    QString key;              ///< host, with port; "*": all others
    QString title, detail;    ///< detail: where its images are fetched
    QString accessText, tone; ///< how it is spoken to, where that is not plain TLS
    QString endpoints;        ///< a line each
    QString username, caFile;
    bool hasSecret = false, insecure = false;
};

/// Private registries and mirrors, as a list and as YAML. Passwords are written, never read.
class RegistryForm : public coracle::app::DraftModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    /// With the draft; secrets masked.
    Q_PROPERTY(QString yaml READ yaml WRITE setYaml NOTIFY draftChanged)
    Q_PROPERTY(QString file READ file NOTIFY documentChanged)
    /// Why the file that is there cannot be read; empty: it can.
    Q_PROPERTY(QString fileError READ fileError NOTIFY documentChanged)

public:
    explicit RegistryForm(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString yaml() const;
    void setYaml(const QString &text);
    QString file() const { return document()["file"].toString(); }
    QString fileError() const { return document()["error"].toString(); }
    bool pendingRestart() const override { return document()["restartNeeded"].toBool(); }

    /// Adds or changes what is known of a registry. `endpoints`: a line each, may be empty. An empty password leaves
    /// what is stored.
    Q_INVOKABLE void put(const QString &registry, const QString &endpoints, const QString &username,
                         const QString &password, const QString &caFile, bool insecure);
    Q_INVOKABLE void remove(const QString &registry);

protected:
    void read() override;
    std::optional<QJsonObject> draft() const override;
    void forgetDraft() override;
    bool mayRestart() const override { return false; }
    QString diff(const QJsonObject &preview) const override;
    void previewed() override { read(); }

private:
    QJsonObject settings() const;

    RowListModel m_rows{RegistryRow::staticMetaObject};
    /// At most one of both.
    std::optional<QString> m_yaml;
    std::optional<QJsonObject> m_settings;
};

} // namespace coracle::app
