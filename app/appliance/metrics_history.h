#pragma once

#include "app/appliance/appliance_document.h"

#include <QPointF>

namespace coracle::app {

/// CPU, memory and disk over time of the cluster or of one node, as the daemon keeps them; current while it is shown.
class MetricsHistory : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Session *session READ session WRITE setSession NOTIFY sourceChanged)
    /// Empty: the whole cluster.
    Q_PROPERTY(QString node READ node WRITE setNode NOTIFY sourceChanged)
    /// A day in minutes instead of an hour in seconds.
    Q_PROPERTY(bool day READ day WRITE setDay NOTIFY sourceChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    /// x: milliseconds since the epoch; y: share of the capacity, 0 to 1; not a number where nothing is known.
    Q_PROPERTY(QList<QPointF> cpu READ cpu NOTIFY changed)
    Q_PROPERTY(QList<QPointF> memory READ memory NOTIFY changed)
    Q_PROPERTY(QList<QPointF> disk READ disk NOTIFY changed)
    /// The last values, 0 to 1; below 0: not known.
    Q_PROPERTY(double cpuNow READ cpuNow NOTIFY changed)
    Q_PROPERTY(double memoryNow READ memoryNow NOTIFY changed)
    Q_PROPERTY(double diskNow READ diskNow NOTIFY changed)
    /// "0.4 of 2 cores", "512 MiB of 2 GiB"; empty where not known.
    Q_PROPERTY(QString cpuText READ cpuText NOTIFY changed)
    Q_PROPERTY(QString memoryText READ memoryText NOTIFY changed)
    Q_PROPERTY(QString diskText READ diskText NOTIFY changed)

public:
    explicit MetricsHistory(QObject *parent = nullptr);

    Session *session() const { return m_document.session(); }
    void setSession(Session *session) { m_document.setSession(session); }
    QString node() const { return m_node; }
    void setNode(const QString &node);
    bool day() const { return m_day; }
    void setDay(bool day);
    ViewState::Value state() const { return m_document.state(); }
    QString errorText() const { return m_document.errorText(); }
    const QList<QPointF> &cpu() const { return m_cpu.points; }
    const QList<QPointF> &memory() const { return m_memory.points; }
    const QList<QPointF> &disk() const { return m_disk.points; }
    double cpuNow() const { return m_cpu.now(); }
    double memoryNow() const { return m_memory.now(); }
    double diskNow() const { return m_disk.now(); }
    QString cpuText() const;
    QString memoryText() const;
    QString diskText() const;

Q_SIGNALS:
    void sourceChanged();
    void stateChanged();
    void changed();

private:
    /// The history is sent once; then a line for each measurement.
    class Document final : public ApplianceDocument {
    public:
        using ApplianceDocument::ApplianceDocument;

    protected:
        QJsonObject merged(const QJsonObject &known, const QList<QJsonObject> &lines) const override;
    };
    struct Series {
        QList<QPointF> points;
        double used = -1, capacity = 0; ///< in the API's unit; used below 0: not known
        double now() const { return used < 0 || capacity <= 0 ? -1 : used / capacity; }
    };

    void updatePath();
    void read();
    static Series readSeries(const QJsonObject &history, const QString &column);

    Document m_document;
    QString m_node;
    bool m_day = false;
    Series m_cpu, m_memory, m_disk;
};

} // namespace coracle::app
