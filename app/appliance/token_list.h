#pragma once

#include "app/appliance/appliance_model.h"

namespace coracle::app {

struct TokenRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString stateText MEMBER stateText)

public:
    QString key; ///< its id
    QString title, detail;
    QString tone, stateText;
};

/// The tokens that nodes join with: made, shown and revoked here.
class TokenList : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    /// How a node joins with the token that was made or asked for last; empty: none is shown. It holds the secret.
    Q_PROPERTY(QString joinId READ joinId NOTIFY joinChanged)
    Q_PROPERTY(QString joinCommand READ joinCommand NOTIFY joinChanged)
    Q_PROPERTY(QString joinServer READ joinServer NOTIFY joinChanged)
    Q_PROPERTY(QString joinToken READ joinToken NOTIFY joinChanged)
    /// For a QR code.
    Q_PROPERTY(QString joinQrText READ joinQrText NOTIFY joinChanged)
    Q_PROPERTY(QString joinExpiryText READ joinExpiryText NOTIFY joinChanged)

public:
    explicit TokenList(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString joinId() const { return m_shown["id"].toString(); }
    QString joinCommand() const { return m_shown["join"]["command"].toString(); }
    QString joinServer() const { return m_shown["join"]["server"].toString(); }
    QString joinToken() const { return m_shown["join"]["token"].toString(); }
    QString joinQrText() const { return m_shown["join"]["qrText"].toString(); }
    QString joinExpiryText() const;

    /// `hours` 0: it does not expire. Then it is shown.
    Q_INVOKABLE void create(const QString &description, int hours);
    /// Shows how to join with it.
    Q_INVOKABLE void show(const QString &id);
    /// Forgets the secret that is shown.
    Q_INVOKABLE void hide();
    Q_INVOKABLE void revoke(const QString &id);

Q_SIGNALS:
    void joinChanged();

protected:
    void read() override;

private:
    void setShown(const QJsonObject &token);

    RowListModel m_rows{TokenRow::staticMetaObject};
    QJsonObject m_shown;
};

} // namespace coracle::app
