#pragma once

#include <QByteArray>
#include <QString>

namespace coracle::app {

/// A QR code (ISO/IEC 18004, error correction M) of a text. No state; any thread.
struct QrCode {
    int size = 0;       ///< modules on a side, without the quiet zone; 0: the text is empty or too long (2,331 bytes)
    QByteArray modules; ///< size * size bytes, row by row: 1 is dark

    bool dark(int row, int column) const { return modules[row * size + column] != 0; }
};

QrCode makeQrCode(const QString &text);

} // namespace coracle::app
