#include "app/qr/qr_code.h"

#include <memory>
#include <qrencode.h>

namespace coracle::app {

QrCode makeQrCode(const QString &text) {
    const QByteArray bytes = text.toUtf8();
    if (bytes.isEmpty() || bytes.contains('\0'))
        return {};
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
        QRcode_encodeString8bit(bytes.constData(), 0, QR_ECLEVEL_M), &QRcode_free);
    if (!made)
        return {};
    QrCode code{.size = made->width, .modules = QByteArray(made->width * made->width, '\0')};
    for (qsizetype i = 0; i < code.modules.size(); ++i)
        code.modules[i] = static_cast<char>(made->data[i] & 1); // the other bits tell what a module is for
    return code;
}

} // namespace coracle::app
