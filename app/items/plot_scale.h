#pragma once
/// \file
/// The arithmetic of plots: which values and times stand on the axes, how they are written, and how many points are
/// worth drawing. No drawing, no state; any thread.
#include <QList>
#include <QLocale>
#include <QPointF>
#include <QString>

namespace coracle::app::plot {

/// What the values of a plot are, and so how they are written.
enum class Unit {
    Number,         ///< as it is
    Percent,        ///< 1.0 is 100 %
    Bytes,          ///< in powers of 1024
    BytesPerSecond, ///< the same, per second
};

struct Axis {
    double from = 0;
    double to = 1;
    double step = 1; ///< between two labels, the first of which is at `from`
};

/// An axis with round numbers that holds low..high, with at most `stepsMax` steps (at least 1). A range without
/// extent, or none at all (NaN, infinity), gets one.
[[nodiscard]] Axis valueAxis(double low, double high, int stepsMax, Unit unit);

/// Times for the labels of from..to (milliseconds since the epoch), at round local times, at most `countMax` of them.
struct TimeTicks {
    QList<qint64> atMs;
    qint64 stepMs = 0;
};
[[nodiscard]] TimeTicks timeTicks(qint64 fromMs, qint64 toMs, int countMax);

/// How a value and a time are written in this locale. `stepMs` is the distance of the labels: days are written as
/// dates, below a minute with seconds.
[[nodiscard]] QString valueText(double value, Unit unit, const QLocale &locale);
[[nodiscard]] QString timeText(qint64 atMs, qint64 stepMs, const QLocale &locale);

/// The points (x rising) cut where nothing is known: at a y that is not a number, and where the next x is more than
/// `gap` further (0: never). Within a piece at most four points (first, lowest, highest, last) are kept per `cell` of
/// x, so that peaks are never lost and the cost of drawing depends on the width alone.
[[nodiscard]] QList<QList<QPointF>> pieces(const QList<QPointF> &points, double gap, double cell);

} // namespace coracle::app::plot
