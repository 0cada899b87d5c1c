#include "clusterd/apiserver/registry/continue_token.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string toBase64Url(std::string_view bytes) {
    std::string text;
    uint32_t bits = 0;
    int count = 0;
    for (unsigned char byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6; count -= 6)
            text += kAlphabet[bits >> (count - 6) & 63];
    }
    if (count > 0)
        text += kAlphabet[bits << (6 - count) & 63];
    return text;
}

bool fromBase64Url(std::string_view text, std::string &bytes) {
    uint32_t bits = 0;
    int count = 0;
    for (char c : text) {
        size_t digit = kAlphabet.find(c);
        if (digit == std::string_view::npos)
            return false;
        bits = bits << 6 | static_cast<uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xff);
        }
    }
    return text.size() % 4 != 1;
}

/// As Go's path.Clean() leaves it.
bool isCleanPath(std::string_view path) {
    if (path.starts_with('/'))
        path.remove_prefix(1);
    while (true) {
        const size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..")
            return false;
        if (slash == path.npos)
            return true;
        path.remove_prefix(slash + 1);
    }
}

Failure invalidToken(std::string_view why) {
    return errors::badRequest("invalid continue token: " + std::string(why));
}

} // namespace

std::string ContinueToken::encode() const {
    boost::json::object token{{"v", kVersion}, {"rv", revision}, {"start", start}};
    return toBase64Url(boost::json::serialize(token));
}

Result<ContinueToken> ContinueToken::decode(std::string_view text) {
    std::string bytes;
    if (!fromBase64Url(text, bytes))
        return invalidToken("continue key is not valid: illegal base64 data");
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(bytes, error);
    const boost::json::object *token = error ? nullptr : value.if_object();
    if (!token)
        return invalidToken("continue key is not valid: not a JSON object");
    auto member = [&](std::string_view key) -> const boost::json::string * {
        const boost::json::value *found = token->if_contains(key);
        return found ? found->if_string() : nullptr;
    };
    const boost::json::value *revision = token->if_contains("rv");
    if (!member("v") || *member("v") != kVersion)
        return invalidToken("continue key is not valid: server does not recognize this encoded version");
    if (!revision || !revision->is_int64() || revision->get_int64() == 0)
        return invalidToken(
            "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
    if (!member("start") || member("start")->empty())
        return invalidToken("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
    std::string start(*member("start"));
    if (!isCleanPath(start)) // or it could lead out of what the request is allowed to list
        return invalidToken("continue key is not valid: " + start);
    if (start.starts_with('/'))
        start.erase(0, 1);
    return ContinueToken{revision->get_int64(), std::move(start)};
}

} // namespace coracle::apiserver
