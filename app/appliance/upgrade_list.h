#pragma once

#include "app/appliance/appliance_model.h"

namespace coracle::app {

struct VersionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString notes MEMBER notes)
    Q_PROPERTY(QString refusal MEMBER refusal)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString stateText MEMBER stateText)
    Q_PROPERTY(bool allowed MEMBER allowed)
    Q_PROPERTY(bool staged MEMBER staged)

public:
    QString key; ///< the version
    QString title, detail;
    QString notes;
    QString refusal; ///< why it may not be taken
    QString tone, stateText;
    bool allowed = false;
    bool staged = false; ///< it lies on the machine, checked
};

/// The versions of the daemon that could be had, from a channel or a folder.
class UpgradeList : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    Q_PROPERTY(QString currentText READ currentText NOTIFY changed)
    Q_PROPERTY(QString sourceText READ sourceText NOTIFY changed)
    /// Why the source could not be read; empty: it could.
    Q_PROPERTY(QString sourceError READ sourceError NOTIFY changed)
    /// How the last upgrade ended; empty: there was none.
    Q_PROPERTY(QString lastText READ lastText NOTIFY changed)
    Q_PROPERTY(QString lastTone READ lastTone NOTIFY changed)

public:
    explicit UpgradeList(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString currentText() const;
    QString sourceText() const;
    QString sourceError() const { return document()["source"]["error"].toString(); }
    QString lastText() const;
    QString lastTone() const;

    /// Reads the source again.
    Q_INVOKABLE void check();
    /// Fetches and checks it; nothing is switched.
    Q_INVOKABLE void stage(const QString &version);
    Q_INVOKABLE void upgrade(const QString &version, bool backupFirst);

protected:
    void read() override;

private:
    RowListModel m_rows{VersionRow::staticMetaObject};
};

} // namespace coracle::app
