#include "core/http/spdy_frame.h"

#include <algorithm>
#include <zlib.h>

namespace coracle::http::spdy {

namespace {

constexpr unsigned kVersion = 3;
constexpr size_t kHeaderBytesMax = 64u << 10; ///< unpacked
constexpr size_t kHeaderCountMax = 256;

/// The SPDY/3 dictionary: these names and values, each with its length before it, then text without lengths.
constexpr std::string_view kDictionaryWords[] = {"options",
                                                 "head",
                                                 "post",
                                                 "put",
                                                 "delete",
                                                 "trace",
                                                 "accept",
                                                 "accept-charset",
                                                 "accept-encoding",
                                                 "accept-language",
                                                 "accept-ranges",
                                                 "age",
                                                 "allow",
                                                 "authorization",
                                                 "cache-control",
                                                 "connection",
                                                 "content-base",
                                                 "content-encoding",
                                                 "content-language",
                                                 "content-length",
                                                 "content-location",
                                                 "content-md5",
                                                 "content-range",
                                                 "content-type",
                                                 "date",
                                                 "etag",
                                                 "expect",
                                                 "expires",
                                                 "from",
                                                 "host",
                                                 "if-match",
                                                 "if-modified-since",
                                                 "if-none-match",
                                                 "if-range",
                                                 "if-unmodified-since",
                                                 "last-modified",
                                                 "location",
                                                 "max-forwards",
                                                 "pragma",
                                                 "proxy-authenticate",
                                                 "proxy-authorization",
                                                 "range",
                                                 "referer",
                                                 "retry-after",
                                                 "server",
                                                 "te",
                                                 "trailer",
                                                 "transfer-encoding",
                                                 "upgrade",
                                                 "user-agent",
                                                 "vary",
                                                 "via",
                                                 "warning",
                                                 "www-authenticate",
                                                 "method",
                                                 "get",
                                                 "status",
                                                 "200 OK",
                                                 "version",
                                                 "HTTP/1.1",
                                                 "url",
                                                 "public",
                                                 "set-cookie",
                                                 "keep-alive",
                                                 "origin"};
constexpr std::string_view kDictionaryTail =
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden"
    "404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

const std::string &dictionary() {
    static const std::string text = [] {
        std::string made;
        for (std::string_view word : kDictionaryWords) {
            putUint32(made, static_cast<uint32_t>(word.size()));
            made += word;
        }
        return made += kDictionaryTail;
    }();
    return text;
}

const Bytef *bytesOf(std::string_view text) {
    return reinterpret_cast<const Bytef *>(text.data());
}

void put24(std::string &out, size_t value) {
    out += static_cast<char>(value >> 16);
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}

} // namespace

void putUint32(std::string &out, uint32_t value) {
    out += static_cast<char>(value >> 24);
    put24(out, value & 0xffffff);
}

std::optional<uint32_t> uint32At(std::string_view bytes, size_t at) {
    if (at + 4 > bytes.size())
        return std::nullopt;
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

Result<std::optional<Frame>> takeFrame(std::string &input, size_t payloadBytesMax) {
    if (input.size() < kFrameHeadBytes)
        return std::nullopt;
    const uint32_t first = *uint32At(input, 0);
    const uint32_t second = *uint32At(input, 4);
    const size_t size = second & 0xffffff;
    if (size > payloadBytesMax)
        return errors::other("SPDY: frame too large");
    if (input.size() < kFrameHeadBytes + size)
        return std::nullopt;
    Frame frame{.flags = static_cast<uint8_t>(second >> 24)};
    if ((first & 0x80000000u) == 0) {
        frame.streamId = first;
    } else {
        if ((first >> 16 & 0x7fff) != kVersion)
            return errors::other("SPDY: not version 3");
        frame.type = static_cast<FrameType>(first & 0xffff);
    }
    frame.payload = input.substr(kFrameHeadBytes, size);
    input.erase(0, kFrameHeadBytes + size);
    return frame;
}

std::string controlFrame(FrameType type, uint8_t flags, std::string_view payload) {
    std::string frame;
    frame.reserve(kFrameHeadBytes + payload.size());
    putUint32(frame, 0x80000000u | kVersion << 16 | static_cast<uint16_t>(type));
    frame += static_cast<char>(flags);
    put24(frame, payload.size());
    return frame += payload;
}

std::string dataFrame(uint32_t streamId, uint8_t flags, std::string_view bytes) {
    std::string frame;
    frame.reserve(kFrameHeadBytes + bytes.size());
    putUint32(frame, streamId);
    frame += static_cast<char>(flags);
    put24(frame, bytes.size());
    return frame += bytes;
}

struct HeaderCodec::State {
    z_stream deflating{};
    z_stream inflating{};
};

HeaderCodec::HeaderCodec() : m_state(std::make_unique<State>()) {
    // Small windows: header blocks are short, and sessions many.
    deflateInit2(&m_state->deflating, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 11, 3, Z_DEFAULT_STRATEGY);
    deflateSetDictionary(&m_state->deflating, bytesOf(dictionary()), static_cast<uInt>(dictionary().size()));
    inflateInit(&m_state->inflating);
}

HeaderCodec::~HeaderCodec() {
    deflateEnd(&m_state->deflating);
    inflateEnd(&m_state->inflating);
}

std::string HeaderCodec::compress(const Headers &headers) {
    std::string plain;
    putUint32(plain, static_cast<uint32_t>(std::distance(headers.begin(), headers.end())));
    for (const auto &[name, value] : headers) {
        putUint32(plain, static_cast<uint32_t>(name.size()));
        for (char c : name)
            plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        putUint32(plain, static_cast<uint32_t>(value.size()));
        plain += value;
    }
    z_stream &z = m_state->deflating;
    std::string packed(deflateBound(&z, plain.size()) + 64, '\0');
    z.next_in = const_cast<Bytef *>(bytesOf(plain));
    z.avail_in = static_cast<uInt>(plain.size());
    z.next_out = reinterpret_cast<Bytef *>(packed.data());
    z.avail_out = static_cast<uInt>(packed.size());
    deflate(&z, Z_SYNC_FLUSH);
    packed.resize(packed.size() - z.avail_out);
    return packed;
}

Result<Headers> HeaderCodec::decompress(std::string_view block) {
    z_stream &z = m_state->inflating;
    std::string plain(kHeaderBytesMax, '\0');
    z.next_in = const_cast<Bytef *>(bytesOf(block));
    z.avail_in = static_cast<uInt>(block.size());
    z.next_out = reinterpret_cast<Bytef *>(plain.data());
    z.avail_out = static_cast<uInt>(plain.size());
    int state = inflate(&z, Z_SYNC_FLUSH);
    if (state == Z_NEED_DICT) {
        state = inflateSetDictionary(&z, bytesOf(dictionary()), static_cast<uInt>(dictionary().size()));
        if (state == Z_OK)
            state = inflate(&z, Z_SYNC_FLUSH);
    }
    if ((state != Z_OK && state != Z_BUF_ERROR) || z.avail_in != 0 || z.avail_out == 0)
        return errors::other("SPDY: headers cannot be unpacked");
    plain.resize(plain.size() - z.avail_out);

    const auto count = uint32At(plain, 0);
    if (!count || *count > kHeaderCountMax)
        return errors::other("SPDY: malformed headers");
    Headers headers;
    size_t at = 4;
    const auto text = [&]() -> std::optional<std::string> {
        const auto size = uint32At(plain, at);
        if (!size || *size > plain.size() - at - 4)
            return std::nullopt;
        at += 4 + *size;
        return plain.substr(at - *size, *size);
    };
    for (uint32_t i = 0; i < *count; ++i) {
        auto name = text();
        auto value = name ? text() : std::nullopt;
        if (!value)
            return errors::other("SPDY: malformed headers");
        headers.add(std::move(*name), std::move(*value));
    }
    return headers;
}

} // namespace coracle::http::spdy
