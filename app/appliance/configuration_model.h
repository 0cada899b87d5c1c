#pragma once

#include "app/appliance/draft_model.h"

#include <QMap>

namespace coracle::app {

struct OptionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString section MEMBER section)
    Q_PROPERTY(QString help MEMBER help)
    Q_PROPERTY(QString value MEMBER value)
    Q_PROPERTY(QString fallback MEMBER fallback)
    Q_PROPERTY(QString originText MEMBER originText)
    Q_PROPERTY(QString note MEMBER note)
    Q_PROPERTY(QString error MEMBER error)
    Q_PROPERTY(QString control MEMBER control)
    Q_PROPERTY(QStringList choices MEMBER choices)
    Q_PROPERTY(int choice MEMBER choice)
    Q_PROPERTY(bool editable MEMBER editable)
    Q_PROPERTY(bool edited MEMBER edited)
    Q_PROPERTY(bool resettable MEMBER resettable)

public:
    QString key; ///< its name
    QString section, help;
    QString value;    ///< as it would be with the draft; of a list a line for each
    QString fallback; ///< its default
    QString originText;
    QString note; ///< why it cannot be changed or has no effect, what waits for a restart
    QString error;
    QString control; ///< "switch", "number", "choice", "list", "secret" or "text"
    QStringList choices;
    int choice = -1; ///< which of the choices holds
    bool editable = false, edited = false;
    bool resettable = false; ///< it was set here, and can go back to what the files say
};

/// The options of the daemon (about 120): searched, changed, checked and applied.
class ConfigurationModel : public coracle::app::DraftModel {
    Q_OBJECT
    QML_ELEMENT
    /// In the order of their sections; only those that the search finds.
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY filterChanged)
    /// Also options that have no effect in this version.
    Q_PROPERTY(bool everything READ everything WRITE setEverything NOTIFY filterChanged)
    /// Only those that are not at their default.
    Q_PROPERTY(bool onlySet READ onlySet WRITE setOnlySet NOTIFY filterChanged)
    Q_PROPERTY(int editCount READ editCount NOTIFY draftChanged)
    Q_PROPERTY(QString managedFile READ managedFile NOTIFY documentChanged)

public:
    explicit ConfigurationModel(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString search() const { return m_search; }
    void setSearch(const QString &text);
    bool everything() const { return m_everything; }
    void setEverything(bool everything);
    bool onlySet() const { return m_onlySet; }
    void setOnlySet(bool onlySet);
    int editCount() const { return static_cast<int>(m_edits.size()); }
    QString managedFile() const { return document()["managedFile"].toString(); }

    /// `text` as OptionRow::value; "true" and "false" of switches. Empty: our setting is taken away.
    Q_INVOKABLE void set(const QString &name, const QString &text);
    /// Takes our setting away: what the files or the default say holds again.
    Q_INVOKABLE void reset(const QString &name);
    /// Forgets the edit.
    Q_INVOKABLE void undo(const QString &name);

Q_SIGNALS:
    void filterChanged();

protected:
    void read() override;
    std::optional<QJsonObject> draft() const override;
    void forgetDraft() override { m_edits.clear(); }
    void previewed() override { read(); }

private:
    OptionRow rowOf(const QJsonValue &option, const QVariantMap &errors) const;
    bool shows(const QJsonValue &option) const;
    QJsonValue optionOf(const QString &name) const;

    RowListModel m_rows{OptionRow::staticMetaObject};
    QString m_search;
    bool m_everything = false, m_onlySet = false;
    QMap<QString, QJsonValue> m_edits; ///< as the API wants them; null: taken away
};

} // namespace coracle::app
