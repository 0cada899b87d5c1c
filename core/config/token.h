#pragma once

#include "core/base/random.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

/// The secrets that nodes join with, in K3s' forms.
namespace coracle::config {

/// `K10<hash of the CA>::<user>:<password>`, or without the hash just `<password>`; the password of a bootstrap token
/// is
/// `<id>.<secret>` and stands without a user.
struct Token {
    std::string caHash; ///< 64 lower-case hex digits; empty: the CA is not checked
    std::string user;   ///< "server", "node"; empty for bootstrap tokens and the short form
    std::string password;

    static Result<Token> parse(std::string_view text);
    std::string text() const;

    bool isBootstrap() const;
    std::string bootstrapId() const; ///< of a bootstrap token: what stands before the dot
};

/// The hash for a token: of one self-signed certificate SHA-256 over the PEM bundle as stored, of several SHA-256 over
/// the DER form of the root (the self-signed one among them).
Result<std::string> caHash(std::string_view bundlePem);

/// `[a-z0-9]{6}.[a-z0-9]{16}`
std::string generateBootstrapToken(Random &random);
/// 32 hex digits (128 bits) for a server's password.
std::string generatePassword(Random &random);

} // namespace coracle::config
