#include "app/qr/qr_item.h"

#include <QPainter>
#include <algorithm>

namespace coracle::app {

namespace {
constexpr int kQuietModules = 4; ///< as the standard asks for
}

QrItem::QrItem(QQuickItem *parent) : QQuickPaintedItem(parent) {
    setImplicitSize(240, 240);
    setOpaquePainting(true);
    setFillColor(Qt::white);
}

void QrItem::setText(const QString &text) {
    if (m_text == text)
        return;
    m_text = text;
    m_code = makeQrCode(text);
    Q_EMIT textChanged();
    update();
}

void QrItem::paint(QPainter *painter) {
    if (!valid())
        return;
    const int side = static_cast<int>(std::min(width(), height()));
    const int module = side / (m_code.size + 2 * kQuietModules);
    const int left = (static_cast<int>(width()) - module * m_code.size) / 2;
    const int top = (static_cast<int>(height()) - module * m_code.size) / 2;
    for (int row = 0; row < m_code.size; ++row)
        for (int column = 0; column < m_code.size; ++column)
            if (m_code.dark(row, column))
                painter->fillRect(left + column * module, top + row * module, module, module, Qt::black);
}

} // namespace coracle::app
