#pragma once

#include "app/qr/qr_code.h"

#include <QQuickPaintedItem>

namespace coracle::app {

/// A QR code with its quiet zone, dark on light in every theme: readers want it so. Modules are whole pixels. GUI
/// thread.
class QrItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    /// The text could be made a code.
    Q_PROPERTY(bool valid READ valid NOTIFY textChanged)

public:
    explicit QrItem(QQuickItem *parent = nullptr);

    QString text() const { return m_text; }
    void setText(const QString &text);
    bool valid() const { return m_code.size > 0; }
    void paint(QPainter *painter) override;

Q_SIGNALS:
    void textChanged();

private:
    QString m_text;
    QrCode m_code;
};

} // namespace coracle::app
