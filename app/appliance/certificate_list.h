#pragma once

#include "app/appliance/appliance_model.h"

namespace coracle::app {

struct CertificateRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString expiryText MEMBER expiryText)
    Q_PROPERTY(QString leftText MEMBER leftText)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString service MEMBER service)

public:
    QString key; ///< its file
    QString title, detail, expiryText;
    QString leftText, tone; ///< "364 days"
    QString service;        ///< the name for rotation; empty for CAs
};

/// The cluster's own certificates, the first to expire first.
class CertificateList : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    /// When they are renewed by themselves, in words.
    Q_PROPERTY(QString renewText READ renewText NOTIFY changed)

public:
    explicit CertificateList(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString renewText() const;

    /// New keys and certificates; an empty service: all. The daemon restarts.
    Q_INVOKABLE void rotate(const QString &service);

protected:
    void read() override;

private:
    RowListModel m_rows{CertificateRow::staticMetaObject};
};

} // namespace coracle::app
