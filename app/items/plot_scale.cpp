#include "app/items/plot_scale.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <array>
#include <cmath>

namespace coracle::app::plot {
namespace {

constexpr qint64 kSecond = 1000;
constexpr qint64 kMinute = 60 * kSecond;
constexpr qint64 kHour = 60 * kMinute;
constexpr qint64 kDay = 24 * kHour;
constexpr std::array kTimeSteps{kSecond,     5 * kSecond, 10 * kSecond, 30 * kSecond, kMinute,
                                2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute,
                                kHour,       2 * kHour,   3 * kHour,    6 * kHour,    12 * kHour,
                                kDay,        2 * kDay,    7 * kDay,     14 * kDay,    28 * kDay};

/// The smallest round step (1, 2, 5 times a power of ten; for bytes a power of two) that is at least `least`.
double roundStep(double least, Unit unit) {
    if (unit == Unit::Bytes || unit == Unit::BytesPerSecond) {
        return std::exp2(std::ceil(std::log2(std::max(least, 1.0))));
    }
    const double power = std::pow(10, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= least * (1 - 1e-9)) {
            return factor * power;
        }
    }
    return 10 * power;
}

/// What one cell of x keeps, in the order of x.
void keepCell(const QList<QPointF> &cell, QList<QPointF> &out) {
    if (cell.size() <= 4) {
        out.append(cell);
        return;
    }
    const auto byY = [](const QPointF &a, const QPointF &b) { return a.y() < b.y(); };
    auto [low, high] = std::minmax_element(cell.begin(), cell.end(), byY);
    if (high < low) {
        std::swap(low, high);
    }
    out.append({cell.first(), *low, *high, cell.last()});
}

QList<QPointF> thinned(const QList<QPointF> &points, double cell) {
    if (cell <= 0) {
        return points;
    }
    QList<QPointF> out;
    QList<QPointF> inCell;
    for (const QPointF &point : points) {
        if (!inCell.isEmpty() && std::floor(point.x() / cell) != std::floor(inCell.first().x() / cell)) {
            keepCell(inCell, out);
            inCell.clear();
        }
        inCell.append(point);
    }
    keepCell(inCell, out);
    return out;
}

} // namespace

Axis valueAxis(double low, double high, int stepsMax, Unit unit) {
    if (!std::isfinite(low) || !std::isfinite(high)) {
        low = 0;
        high = 1;
    }
    if (high <= low) {
        high = low + (low == 0 ? 1 : std::abs(low) / 10);
    }
    const int steps = std::max(stepsMax, 1);
    double step = roundStep((high - low) / steps, unit);
    Axis axis;
    // Rounding outwards can need one step more than there is room for: then the next larger one.
    for (int attempt = 0; attempt < 4; ++attempt) {
        axis = {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
        if ((axis.to - axis.from) / step <= steps + 0.5) {
            break;
        }
        step = roundStep(step * 1.01, unit);
    }
    return axis;
}

TimeTicks timeTicks(qint64 fromMs, qint64 toMs, int countMax) {
    TimeTicks ticks;
    if (toMs <= fromMs || countMax < 1) {
        return ticks;
    }
    const auto fits = [&](qint64 step) { return (toMs - fromMs + step - 1) / step <= countMax; };
    const auto *found = std::find_if(kTimeSteps.begin(), kTimeSteps.end(), fits);
    ticks.stepMs = found == kTimeSteps.end() ? ((toMs - fromMs) / countMax / kDay + 1) * kDay : *found;
    const qint64 offset = QDateTime::fromMSecsSinceEpoch(fromMs).offsetFromUtc() * kSecond;
    const qint64 first = ((fromMs + offset + ticks.stepMs - 1) / ticks.stepMs) * ticks.stepMs - offset;
    for (qint64 at = first; at <= toMs && ticks.atMs.size() < countMax; at += ticks.stepMs) {
        ticks.atMs.append(at);
    }
    return ticks;
}

QString valueText(double value, Unit unit, const QLocale &locale) {
    if (!std::isfinite(value)) {
        return QStringLiteral("–");
    }
    switch (unit) {
    case Unit::Number:
        return locale.toString(value, 'g', 4);
    case Unit::Percent: {
        const double percent = value * 100;
        const int decimals = percent != 0 && std::abs(percent) < 9.95 && percent != std::round(percent) ? 1 : 0;
        return QCoreApplication::translate("Plot", "%1 %").arg(locale.toString(percent, 'f', decimals));
    }
    case Unit::Bytes:
    case Unit::BytesPerSecond: {
        const auto bytes = static_cast<qint64>(std::clamp(value, -9e18, 9e18));
        const QString text = std::abs(value) < 1024
                                 ? QCoreApplication::translate("Plot", "%1 B").arg(locale.toString(bytes))
                                 : locale.formattedDataSize(bytes, bytes % 1024 == 0 ? 0 : 1);
        return unit == Unit::Bytes ? text : QCoreApplication::translate("Plot", "%1/s").arg(text);
    }
    }
    return {};
}

QString timeText(qint64 atMs, qint64 stepMs, const QLocale &locale) {
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(atMs);
    if (stepMs >= kDay) {
        return locale.toString(at.date(), QStringLiteral("d MMM"));
    }
    if (stepMs >= kMinute) {
        // The C locale writes seconds even in its short form.
        return locale.toString(at.time(), locale.timeFormat(QLocale::ShortFormat).remove(QStringLiteral(":ss")));
    }
    return locale.toString(at.time(), QStringLiteral("HH:mm:ss"));
}

QList<QList<QPointF>> pieces(const QList<QPointF> &points, double gap, double cell) {
    QList<QList<QPointF>> out;
    QList<QPointF> piece;
    const auto finish = [&] {
        if (!piece.isEmpty()) {
            out.append(thinned(piece, cell));
            piece.clear();
        }
    };
    for (const QPointF &point : points) {
        if (!std::isfinite(point.x()) || !std::isfinite(point.y())) {
            finish();
            continue;
        }
        if (gap > 0 && !piece.isEmpty() && point.x() - piece.last().x() > gap) {
            finish();
        }
        piece.append(point);
    }
    finish();
    return out;
}

} // namespace coracle::app::plot
