#include "core/config/token.h"

#include "core/pki/certificate.h"
#include "core/pki/encoding.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::config {

namespace {

constexpr std::string_view kPrefix = "K10";
constexpr size_t kHashLength = 64;
constexpr size_t kBootstrapIdLength = 6, kBootstrapSecretLength = 16;

bool isLowerHex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool isBootstrapWord(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

bool isBootstrapToken(std::string_view text) {
    return text.size() == kBootstrapIdLength + 1 + kBootstrapSecretLength && text[kBootstrapIdLength] == '.' &&
           isBootstrapWord(text.substr(0, kBootstrapIdLength)) && isBootstrapWord(text.substr(kBootstrapIdLength + 1));
}

bool isPrintable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string word(Random &random, size_t length) {
    static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string text;
    for (size_t i = 0; i < length; ++i)
        text += kLetters[random.below(kLetters.size())];
    return text;
}

} // namespace

Result<Token> Token::parse(std::string_view text) {
    // The text is a secret: no message may quote it.
    auto bad = [](std::string_view why) { return errors::other(fmt::format("the token {}", why)); };
    Token token;
    std::string_view rest = text;
    if (rest.starts_with(kPrefix) && rest.find("::") != rest.npos) {
        rest.remove_prefix(kPrefix.size());
        token.caHash = rest.substr(0, rest.find("::"));
        if (token.caHash.size() != kHashLength || !isLowerHex(token.caHash))
            return bad("begins with K10 but its hash is not 64 hex digits");
        rest.remove_prefix(kHashLength + 2);
        if (!isBootstrapToken(rest)) {
            const size_t colon = rest.find(':');
            if (colon == rest.npos || colon == 0)
                return bad("has no user before its password");
            token.user = rest.substr(0, colon);
            rest.remove_prefix(colon + 1);
        }
    }
    if (rest.empty())
        return bad("has no password");
    if (!isPrintable(rest))
        return bad("holds spaces or characters that are not printable");
    token.password = rest;
    return token;
}

std::string Token::text() const {
    if (caHash.empty())
        return password;
    return user.empty() ? fmt::format("{}{}::{}", kPrefix, caHash, password)
                        : fmt::format("{}{}::{}:{}", kPrefix, caHash, user, password);
}

bool Token::isBootstrap() const {
    return user.empty() && isBootstrapToken(password);
}

std::string Token::bootstrapId() const {
    return password.substr(0, kBootstrapIdLength);
}

Result<std::string> caHash(std::string_view bundlePem) {
    TRY(const auto certificates, pki::Certificate::allFromPem(bundlePem));
    if (certificates.size() == 1)
        return pki::sha256Hex(bundlePem);
    for (const pki::Certificate &certificate : certificates)
        if (certificate.isSelfSigned())
            return pki::sha256Hex(certificate.der());
    return errors::other("the CA bundle holds no self-signed root");
}

std::string generateBootstrapToken(Random &random) {
    return word(random, kBootstrapIdLength) + "." + word(random, kBootstrapSecretLength);
}

std::string generatePassword(Random &random) {
    return fmt::format("{:016x}{:016x}", random.next(), random.next());
}

} // namespace coracle::config
