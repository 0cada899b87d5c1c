#pragma once

#include "app/appliance/draft_model.h"

namespace coracle::app {

/// How people sign in: no identity provider, one of their own, or that of the fleet.
class OidcForm : public coracle::app::DraftModel {
    Q_OBJECT
    QML_ELEMENT
    /// "none", "custom" or "inherit".
    Q_PROPERTY(QString mode READ mode WRITE setMode NOTIFY draftChanged)
    /// By field of the API's OidcSettings, as text: lists with commas, required claims as name=value with commas. With
    /// "inherit" those of the fleet.
    Q_PROPERTY(QVariantMap fields READ fields NOTIFY draftChanged)
    /// What is wrong, by field.
    Q_PROPERTY(QVariantMap fieldErrors READ fieldErrors NOTIFY draftChanged)
    Q_PROPERTY(bool inheritable READ inheritable NOTIFY documentChanged)
    Q_PROPERTY(QString inheritedFile READ inheritedFile NOTIFY documentChanged)
    /// Who can sign in now, in words, and its tone.
    Q_PROPERTY(QString stateText READ stateText NOTIFY documentChanged)
    Q_PROPERTY(QString stateTone READ stateTone NOTIFY documentChanged)

public:
    explicit OidcForm(QObject *parent = nullptr);

    QString mode() const;
    void setMode(const QString &mode);
    QVariantMap fields() const;
    QVariantMap fieldErrors() const;
    bool inheritable() const { return document()["inherited"].isObject(); }
    QString inheritedFile() const { return document()["inheritedFile"].toString(); }
    QString stateText() const;
    QString stateTone() const;

    Q_INVOKABLE void set(const QString &field, const QString &text);

protected:
    void read() override {}
    std::optional<QJsonObject> draft() const override;
    void forgetDraft() override;

private:
    /// What the server has; a provider that does not exist yet is shown as "none".
    QString presentMode() const;
    QJsonObject presentSettings() const;

    QString m_mode; ///< empty: as it is
    QVariantMap m_edits;
};

} // namespace coracle::app
