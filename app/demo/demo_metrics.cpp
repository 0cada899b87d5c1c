#include "app/demo/demo_metrics.h"

#include <QDateTime>
#include <QJsonArray>
#include <cmath>

namespace coracle::app {

namespace {

constexpr qint64 kHourStepMs = 10'000, kDayStepMs = 300'000;
constexpr double kDiskBytes = 28.0 * (1 << 30);

/// -1 to 1, smooth in time, other for each name.
double wave(const QString &name, qint64 timeMs, double periodMs) {
    const double phase = static_cast<double>(qHash(name, 7) % 1000) / 1000;
    const double at = static_cast<double>(timeMs) / periodMs + phase;
    return 0.6 * std::sin(6.283 * at) + 0.3 * std::sin(6.283 * 2.7 * at) + 0.1 * std::sin(6.283 * 11.3 * at);
}

QJsonObject capacityOf(const QString &node, const QJsonObject &recorded) {
    QJsonObject capacity = recorded["capacity"].toObject();
    if (!node.isEmpty())
        capacity = {{"cpuMillicores", 4000}, {"memoryBytes", 4.0 * (1 << 30)}};
    capacity["diskBytes"] = kDiskBytes;
    return capacity;
}

QJsonObject sampleAt(const QString &node, const QJsonObject &capacity, qint64 timeMs) {
    return {{"timeMs", timeMs},
            {"cpuMillicores", capacity["cpuMillicores"].toDouble() * (0.31 + 0.12 * wave(node + "c", timeMs, 1.3e6))},
            {"memoryBytes", capacity["memoryBytes"].toDouble() * (0.52 + 0.04 * wave(node + "m", timeMs, 7.1e6))},
            {"diskBytes", capacity["diskBytes"].toDouble() * (0.37 + 0.01 * wave(node + "d", timeMs, 5.3e7))}};
}

} // namespace

QJsonObject demoSample(const QString &node, const QJsonObject &recorded) {
    return sampleAt(node, capacityOf(node, recorded), QDateTime::currentMSecsSinceEpoch());
}

QJsonObject demoMetrics(const QString &node, const QJsonObject &recorded, bool day) {
    const QJsonObject capacity = capacityOf(node, recorded);
    const qint64 step = day ? kDayStepMs : kHourStepMs;
    const qint64 now = QDateTime::currentMSecsSinceEpoch() / step * step;
    QJsonArray times, cpu, memory, disk;
    for (qint64 time = now - (day ? 86'400'000 : 3'600'000); time <= now; time += step) {
        const QJsonObject sample = sampleAt(node, capacity, time);
        times.append(time);
        cpu.append(sample["cpuMillicores"]);
        memory.append(sample["memoryBytes"]);
        disk.append(sample["diskBytes"]);
    }
    return {{"name", node},         {"range", day ? "day" : "hour"}, {"timesMs", times},
            {"cpuMillicores", cpu}, {"memoryBytes", memory},         {"diskBytes", disk},
            {"capacity", capacity}};
}

QByteArray demoLogLine(const QString &pod, int number, bool timestamps) {
    static const char *const kLines[] = {
        "GET /catalogue?page=%1 200 in 12 ms",   "GET /item/%1 200 in 7 ms",
        "cart %1: 3 items, 42.10 EUR",           "GET /healthz 200 in 0 ms",
        "POST /checkout 201 in 48 ms, order %1", "cache: %1 entries, 96 % hits",
        "WARN slow query: 412 ms, order %1",     "GET /images/%1.webp 304 in 1 ms",
    };
    static const char *const kCrash[] = {"INFO mailer 0.9 starts, attempt %1", "INFO reading /etc/mailer/config.yaml",
                                         "ERROR cannot connect to smtp.example.com:587: connection refused",
                                         "FATAL giving up after 3 attempts"};
    const auto index = static_cast<unsigned>(number);
    const QString line = pod.startsWith(QStringLiteral("mailer")) ? QString::fromLatin1(kCrash[index % 4])
                                                                  : QString::fromLatin1(kLines[(index * 5 + 3) % 8]);
    const QString text = line.contains(QStringLiteral("%1")) ? line.arg(1000 + number * 37 % 9000) : line;
    const QString time = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz000000Z "));
    return ((timestamps ? time : QString()) + text).toUtf8();
}

} // namespace coracle::app
