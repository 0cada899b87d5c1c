#include "app/resources/data_keys.h"

#include "app/actions/toasts.h"
#include "app/format/format.h"
#include "app/workloads/text_diff.h"

#include <QDir>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSaveFile>
#include <QStandardPaths>
#include <QStringDecoder>

namespace coracle::app {

namespace {

constexpr int kKeyMax = 253;

bool isSecret(const QString &kindKey) {
    return kindKey == u"secrets";
}

/// Text as it can be shown: valid UTF-8 without control characters.
bool isText(const QByteArray &value) {
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(value);
    return !decoder.hasError() && std::none_of(text.begin(), text.end(), [](QChar c) {
        return c.unicode() < 0x20 && c != u'\n' && c != u'\t' && c != u'\r';
    });
}

} // namespace

QByteArray dataValue(const QString &kindKey, const QJsonObject &object, const QString &key) {
    const QJsonValue binary = object["binaryData"][key];
    if (binary.isString())
        return QByteArray::fromBase64(binary.toString().toLatin1());
    const QByteArray value = object["data"][key].toString().toUtf8();
    return isSecret(kindKey) ? QByteArray::fromBase64(value) : value;
}

QList<DataKeyRow> dataKeyRows(const QString &kindKey, const QJsonObject &object, const QSet<QString> &revealed) {
    QList<DataKeyRow> rows;
    QStringList keys = object["data"].toObject().keys() + object["binaryData"].toObject().keys();
    keys.sort();
    for (const QString &key : std::as_const(keys)) {
        const QByteArray value = dataValue(kindKey, object, key);
        const bool binary = !isText(value), hidden = isSecret(kindKey) && !revealed.contains(key);
        rows.append({.key = key,
                     .size = sizeText(static_cast<double>(value.size())),
                     .text = binary || hidden ? QString() : QString::fromUtf8(value),
                     .binary = binary,
                     .hidden = hidden});
    }
    return rows;
}

DataKeys::DataKeys(QObject *parent) : RowListModel(DataKeyRow::staticMetaObject, parent) {
    m_hide.setSingleShot(true);
    m_hide.setInterval(kHideAfterMs);
    connect(&m_hide, &QTimer::timeout, this, &DataKeys::hide);
}

void DataKeys::setObject(Cluster *cluster, const QString &kindKey, const QString &path, const QJsonObject &object) {
    if (m_path != path)
        m_revealed.clear();
    m_cluster = cluster;
    m_kindKey = kindKey;
    m_path = path;
    m_object = applies() ? object : QJsonObject();
    show();
    Q_EMIT objectChanged();
}

void DataKeys::reveal(const QString &key) {
    m_revealed.insert(key);
    m_hide.start();
    show();
}

void DataKeys::hide() {
    m_hide.stop();
    m_revealed.clear();
    show();
}

QString DataKeys::text(const QString &key) const {
    return QString::fromUtf8(dataValue(m_kindKey, m_object, key));
}

QString DataKeys::difference(const QString &key, const QString &changed) const {
    return lineDiff(text(key), changed);
}

void DataKeys::setText(const QString &key, const QString &changed) {
    const QByteArray value = changed.toUtf8();
    const QString written = isSecret(m_kindKey) ? QString::fromLatin1(value.toBase64()) : changed;
    patch({{QStringLiteral("data"), QJsonObject{{key, written}}}}, tr("%1 is saved").arg(key));
}

void DataKeys::remove(const QString &key) {
    const QString member =
        m_object["binaryData"].toObject().contains(key) ? QStringLiteral("binaryData") : QStringLiteral("data");
    patch({{member, QJsonObject{{key, QJsonValue()}}}}, tr("%1 is removed").arg(key));
}

void DataKeys::patch(const QJsonObject &change, const QString &doneText) {
    if (!m_cluster)
        return;
    QJsonObject body = change;
    // What was changed meanwhile is not overwritten.
    body["metadata"] = QJsonObject{{QStringLiteral("resourceVersion"), m_object.value("metadata")["resourceVersion"]}};
    m_cluster->session()->sendJson(
        {.method = "PATCH",
         .path = m_path,
         .body = QJsonDocument(body).toJson(QJsonDocument::Compact),
         .contentType = "application/merge-patch+json"},
        this, [doneText](const Result<QJsonObject> &answer) {
            if (answer)
                Toasts::instance().done(doneText);
            else if (answer.error().code == 409)
                Toasts::instance().failed(tr("It was changed meanwhile, nothing is saved. Look at it and save again."));
            else
                Toasts::instance().failed(
                    tr("It cannot be saved: %1").arg(QString::fromStdString(answer.error().message)));
        });
}

void DataKeys::download(const QString &key) {
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::DownloadLocation));
    folder.mkpath(QStringLiteral("."));
    QString name = key;
    name.replace(u'/', u'_');
    QString path = folder.filePath(name);
    for (int i = 2; QFile::exists(path); ++i)
        path = folder.filePath(QStringLiteral("%1.%2").arg(name).arg(i));
    QSaveFile file(path);
    const QByteArray value = dataValue(m_kindKey, m_object, key);
    // What may be secret is nobody else's.
    const bool saved = file.open(QIODevice::WriteOnly) &&
                       file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) &&
                       file.write(value) == value.size() && file.commit();
    if (saved)
        Toasts::instance().done(tr("Saved as %1").arg(path));
    else
        Toasts::instance().failed(tr("%1 cannot be written: %2").arg(path, file.errorString()));
}

QString DataKeys::keyError(const QString &key) const {
    static const QRegularExpression valid(QStringLiteral("^[-._a-zA-Z0-9]+$"));
    if (key.isEmpty())
        return tr("A key needs a name.");
    if (!valid.match(key).hasMatch() || key == u"." || key.startsWith(u".."))
        return tr("Letters, digits, “-”, “_” and “.” only.");
    if (key.size() > kKeyMax)
        return tr("At most %1 characters.").arg(int{kKeyMax});
    return m_object["data"].toObject().contains(key) || m_object["binaryData"].toObject().contains(key)
               ? tr("There is a key of this name.")
               : QString();
}

} // namespace coracle::app
