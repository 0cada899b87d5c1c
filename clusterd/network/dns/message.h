#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// DNS messages (RFC 1035), with EDNS0 (RFC 6891), SRV (RFC 2782) and AAAA (RFC 3596).
namespace coracle::network::dns {

enum class Type : uint16_t {
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Opt = 41,
    Any = 255
};
enum class ResponseCode : uint8_t {
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5
};

inline constexpr uint16_t kClassInternet = 1;
/// What fits into a UDP answer for a client without EDNS0, and the most that is taken from one with it.
inline constexpr size_t kUdpSizePlain = 512;
inline constexpr size_t kUdpSizeMax = 1232;

/// Names are lower-case text without the final dot ("hello.demo.svc.cluster.local"); the root is empty.
struct Question {
    std::string name;
    Type type = Type::A;
    uint16_t dnsClass = kClassInternet;
};

struct Record {
    std::string name;
    Type type = Type::A;
    uint32_t ttlSeconds = 0;
    std::string data; ///< the wire form; names in it are not compressed

    static Record address(std::string name, uint32_t ttlSeconds, std::string_view ip); ///< A or AAAA, by the address
    static Record cname(std::string name, uint32_t ttlSeconds, std::string_view target);
    static Record ptr(std::string name, uint32_t ttlSeconds, std::string_view target);
    static Record srv(std::string name, uint32_t ttlSeconds, uint16_t port, std::string_view target);
    static Record txt(std::string name, uint32_t ttlSeconds, std::string_view text);
    static Record soa(std::string zone, uint32_t ttlSeconds, uint32_t serial);
};

/// A request: exactly one question.
struct Query {
    uint16_t id = 0;
    bool recursionDesired = false;
    bool edns = false;
    uint16_t udpSize = kUdpSizePlain; ///< what the client can take over UDP
    Question question;
    std::string questionWire; ///< as it came, so that the letters' case is answered as asked (DNS 0x20)

    /// An error means the message can't be answered (too short, an answer itself); FormatError cases that can be
    /// answered are told by Parsed::code.
    struct Parsed;
    static Result<Parsed> parse(std::string_view wire);
};

struct Query::Parsed {
    Query query;
    ResponseCode code = ResponseCode::NoError;
};

struct Answer {
    ResponseCode code = ResponseCode::NoError;
    bool authoritative = false;
    bool recursionAvailable = true;
    std::vector<Record> answers, authorities, additionals;

    /// Over sizeMax bytes the records are left out and the truncation bit is set.
    std::string encode(const Query &query, size_t sizeMax) const;
};

/// The records of an answer section, for following a forwarded CNAME. Bounded against hostile messages.
Result<std::vector<Record>> parseAnswers(std::string_view wire);
/// The response code of a message of at least 12 bytes.
ResponseCode responseCode(std::string_view wire);
bool isTruncated(std::string_view wire);
uint16_t messageId(std::string_view wire);
void setMessageId(std::string &wire, uint16_t id);

/// A query with recursion desired, to ask another server.
std::string encodeQuery(uint16_t id, const Question &question);

} // namespace coracle::network::dns
