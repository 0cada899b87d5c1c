#pragma once

#include "core/base/result.h"

#include <QString>

/// PINs as they are kept. Any thread; slow by intent.
namespace coracle::app {

/// PBKDF2 with HMAC-SHA-512 and a salt of 16 random bytes (NIST SP 800-132; the count as OWASP advises):
/// "pbkdf2-sha512:<rounds>:<salt, hex>:<hash, hex>".
inline constexpr int kPinRounds = 210'000;

Result<QString> hashPin(const QString &pin, int rounds = kPinRounds);
/// Takes as long for a right PIN as for a wrong one. What is not a hash fits no PIN.
bool pinMatches(const QString &pin, const QString &hash);

} // namespace coracle::app
