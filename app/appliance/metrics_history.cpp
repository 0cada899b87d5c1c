#include "app/appliance/metrics_history.h"

#include "app/format/format.h"

#include <QJsonArray>
#include <QLocale>
#include <QUrl>
#include <limits>

namespace coracle::app {

namespace {

constexpr qsizetype kSamplesMax = 1500; ///< a day of minutes, or more than an hour of measurements
const QStringList kColumns{"cpuMillicores", "memoryBytes", "diskBytes"};

QString usedOf(double used, double capacity) {
    return MetricsHistory::tr("%1 of %2").arg(sizeText(used), sizeText(capacity));
}

} // namespace

QJsonObject MetricsHistory::Document::merged(const QJsonObject &known, const QList<QJsonObject> &lines) const {
    QJsonObject history = known;
    for (const QJsonObject &line : lines) {
        if (line.contains("timesMs")) {
            history = line;
            continue;
        }
        const auto append = [&](const QString &column, const QJsonValue &value) {
            QJsonArray values = history[column].toArray();
            values.append(value);
            while (values.size() > kSamplesMax)
                values.removeFirst();
            history[column] = values;
        };
        append(QStringLiteral("timesMs"), line["timeMs"]);
        for (const QString &column : kColumns)
            append(column, line[column]);
    }
    return history;
}

MetricsHistory::MetricsHistory(QObject *parent) : QObject(parent) {
    connect(&m_document, &ApplianceDocument::stateChanged, this, &MetricsHistory::stateChanged);
    connect(&m_document, &ApplianceDocument::documentChanged, this, &MetricsHistory::read);
    connect(&m_document, &ApplianceDocument::sourceChanged, this, &MetricsHistory::sourceChanged);
    m_document.setWatched(true);
    updatePath();
}

void MetricsHistory::setNode(const QString &node) {
    if (m_node == node)
        return;
    m_node = node;
    updatePath();
}

void MetricsHistory::setDay(bool day) {
    if (m_day == day)
        return;
    m_day = day;
    updatePath();
}

void MetricsHistory::updatePath() {
    const QString what =
        m_node.isEmpty() ? QStringLiteral("metrics")
                         : QStringLiteral("nodes/%1/metrics").arg(QString::fromLatin1(QUrl::toPercentEncoding(m_node)));
    m_document.setPath(what + (m_day ? QStringLiteral("?range=day") : QStringLiteral("?range=hour")));
}

MetricsHistory::Series MetricsHistory::readSeries(const QJsonObject &history, const QString &column) {
    Series series{.capacity = history["capacity"][column].toDouble()};
    const QJsonArray times = history["timesMs"].toArray(), values = history[column].toArray();
    for (qsizetype i = 0; i < times.size(); ++i) {
        const bool known = values.at(i).isDouble() && series.capacity > 0;
        series.points.append({times.at(i).toDouble(), known ? values.at(i).toDouble() / series.capacity
                                                            : std::numeric_limits<double>::quiet_NaN()});
    }
    if (!values.isEmpty() && values.last().isDouble())
        series.used = values.last().toDouble();
    return series;
}

void MetricsHistory::read() {
    m_cpu = readSeries(m_document.document(), kColumns[0]);
    m_memory = readSeries(m_document.document(), kColumns[1]);
    m_disk = readSeries(m_document.document(), kColumns[2]);
    Q_EMIT changed();
}

QString MetricsHistory::cpuText() const {
    if (m_cpu.used < 0)
        return {};
    const QLocale locale;
    const double cores = m_cpu.capacity / 1000;
    return tr("%1 of %n core(s)", nullptr, static_cast<int>(cores + 0.5))
        .arg(locale.toString(m_cpu.used / 1000, 'f', 2));
}

QString MetricsHistory::memoryText() const {
    return m_memory.used < 0 ? QString() : usedOf(m_memory.used, m_memory.capacity);
}

QString MetricsHistory::diskText() const {
    return m_disk.used < 0 ? QString() : usedOf(m_disk.used, m_disk.capacity);
}

} // namespace coracle::app
