#include "app/lock/pin_hash.h"

#include <QByteArray>
#include <QStringList>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace coracle::app {

namespace {

constexpr int kSaltBytes = 16;
constexpr int kHashBytes = 32;
/// A damaged file must not keep the processor busy for minutes.
constexpr int kRoundsMax = 10'000'000;
constexpr auto kScheme = "pbkdf2-sha512";

QByteArray derive(const QString &pin, const QByteArray &salt, int rounds) {
    QByteArray hash(kHashBytes, '\0');
    const QByteArray text = pin.toUtf8();
    const int done =
        PKCS5_PBKDF2_HMAC(text.constData(), static_cast<int>(text.size()),
                          reinterpret_cast<const unsigned char *>(salt.constData()), static_cast<int>(salt.size()),
                          rounds, EVP_sha512(), kHashBytes, reinterpret_cast<unsigned char *>(hash.data()));
    return done == 1 ? hash : QByteArray();
}

} // namespace

Result<QString> hashPin(const QString &pin, int rounds) {
    QByteArray salt(kSaltBytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char *>(salt.data()), kSaltBytes) != 1)
        return errors::other("no random numbers to be had for the PIN's salt");
    const QByteArray hash = derive(pin, salt, rounds);
    if (hash.isEmpty())
        return errors::other("the PIN could not be hashed");
    return QStringLiteral("%1:%2:%3:%4")
        .arg(QLatin1String(kScheme))
        .arg(rounds)
        .arg(QLatin1String(salt.toHex()), QLatin1String(hash.toHex()));
}

bool pinMatches(const QString &pin, const QString &hash) {
    const QStringList parts = hash.split(u':');
    if (parts.size() != 4 || parts[0] != QLatin1String(kScheme))
        return false;
    bool isNumber = false;
    const int rounds = parts[1].toInt(&isNumber);
    const QByteArray salt = QByteArray::fromHex(parts[2].toLatin1());
    const QByteArray kept = QByteArray::fromHex(parts[3].toLatin1());
    if (!isNumber || rounds < 1 || rounds > kRoundsMax || salt.size() != kSaltBytes || kept.size() != kHashBytes)
        return false;
    const QByteArray given = derive(pin, salt, rounds);
    return given.size() == kept.size() && CRYPTO_memcmp(given.constData(), kept.constData(), kHashBytes) == 0;
}

} // namespace coracle::app
