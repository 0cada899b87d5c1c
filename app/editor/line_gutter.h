#pragma once

#include <QColor>
#include <QFont>
#include <QQuickPaintedItem>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// The numbers of the lines beside an editor whose lines all have the same height; those with a problem are marked.
/// Paints only what is in view. GUI thread.
class LineGutter : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int lineCount MEMBER m_lineCount NOTIFY changed)
    Q_PROPERTY(double lineHeight MEMBER m_lineHeight NOTIFY changed)
    /// Where the first line begins, in the item's coordinates.
    Q_PROPERTY(double offset MEMBER m_offset NOTIFY changed)
    Q_PROPERTY(QFont font MEMBER m_font NOTIFY changed)
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY changed)
    Q_PROPERTY(QColor markColor MEMBER m_markColor NOTIFY changed)
    /// Lines (from 0) with a problem.
    Q_PROPERTY(QList<int> marked MEMBER m_marked NOTIFY changed)

public:
    explicit LineGutter(QQuickItem *parent = nullptr);
    void paint(QPainter *painter) override;

Q_SIGNALS:
    void changed();

private:
    int m_lineCount = 1;
    double m_lineHeight = 20, m_offset = 0;
    QFont m_font;
    QColor m_color, m_markColor;
    QList<int> m_marked;
};

} // namespace coracle::app
