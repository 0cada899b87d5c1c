#pragma once

#include "app/clusters/cluster.h"
#include "app/models/row_list_model.h"

#include <QSet>
#include <QTimer>

namespace coracle::app {

/// A key of a ConfigMap or a Secret.
struct DataKeyRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString size MEMBER size)
    Q_PROPERTY(QString text MEMBER text)
    Q_PROPERTY(bool binary MEMBER binary)
    Q_PROPERTY(bool hidden MEMBER hidden)

public:
    QString key;
    QString size;        ///< localised
    QString text;        ///< empty when it is hidden or binary
    bool binary = false; ///< not UTF-8 text: only to download
    bool hidden = false; ///< secret, and not asked for
};

/// The keys by name; values of a Secret that are not among `revealed` stay hidden. No state; any thread.
QList<DataKeyRow> dataKeyRows(const QString &kindKey, const QJsonObject &object, const QSet<QString> &revealed);
/// A value as bytes; of a Secret and of binaryData they are decoded.
QByteArray dataValue(const QString &kindKey, const QJsonObject &object, const QString &key);

/// The keys of a ConfigMap or a Secret. Values of Secrets are shown key by key when asked for, and hidden again after a
/// while. GUI thread.
class DataKeys : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a part of ResourceDetail")
    /// The object is of a kind that has keys.
    Q_PROPERTY(bool applies READ applies NOTIFY objectChanged)
    Q_PROPERTY(bool writable READ writable NOTIFY objectChanged)

public:
    static constexpr int kHideAfterMs = 30'000;

    explicit DataKeys(QObject *parent = nullptr);
    void setObject(Cluster *cluster, const QString &kindKey, const QString &path, const QJsonObject &object);
    bool applies() const { return m_kindKey == u"configmaps" || m_kindKey == u"secrets"; }
    bool writable() const { return applies() && !m_object["immutable"].toBool(); }

    Q_INVOKABLE void reveal(const QString &key);
    Q_INVOKABLE void hide();
    /// For editing: the text as it is now.
    Q_INVOKABLE QString text(const QString &key) const;
    /// What setText() would change, as lineDiff() writes it.
    Q_INVOKABLE QString difference(const QString &key, const QString &text) const;
    /// Writes one key; refused when the object has changed since it was read. Toasts tell the result.
    Q_INVOKABLE void setText(const QString &key, const QString &text);
    Q_INVOKABLE void remove(const QString &key);
    /// Into the folder for downloads, under the key's name. Toasts tell where.
    Q_INVOKABLE void download(const QString &key);
    /// Why a new key cannot have this name; empty: it can.
    Q_INVOKABLE QString keyError(const QString &key) const;

Q_SIGNALS:
    void objectChanged();

private:
    void show() { set(dataKeyRows(m_kindKey, m_object, m_revealed)); }
    void patch(const QJsonObject &change, const QString &doneText);

    QPointer<Cluster> m_cluster;
    QString m_kindKey, m_path;
    QJsonObject m_object;
    QSet<QString> m_revealed;
    QTimer m_hide;
};

} // namespace coracle::app
