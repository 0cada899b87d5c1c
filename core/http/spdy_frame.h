#pragma once

#include "core/base/result.h"
#include "core/http/message.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// SPDY/3.1 on the wire.
namespace coracle::http::spdy {

enum class FrameType : uint16_t {
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
    Data = 0xffff ///< not a control frame
};

inline constexpr uint8_t kFlagFin = 1;
inline constexpr size_t kFrameHeadBytes = 8;

enum class ResetStatus : uint32_t {
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
    InternalError = 6
};

struct Frame {
    FrameType type = FrameType::Data;
    uint8_t flags = 0;
    uint32_t streamId = 0; ///< Data only; control frames have it in the payload
    std::string payload;
};

/// Takes the first whole frame from the front of the input; nothing when more is needed.
Result<std::optional<Frame>> takeFrame(std::string &input, size_t payloadBytesMax);

std::string controlFrame(FrameType type, uint8_t flags, std::string_view payload);
std::string dataFrame(uint32_t streamId, uint8_t flags, std::string_view bytes);

void putUint32(std::string &out, uint32_t value);
/// Nothing when the bytes are too few.
std::optional<uint32_t> uint32At(std::string_view bytes, size_t at);

/// The two zlib streams of a session, which go through all header blocks in order.
class HeaderCodec {
public:
    HeaderCodec();
    ~HeaderCodec();
    std::string compress(const Headers &headers);
    /// An error breaks the session: what follows cannot be read any more.
    Result<Headers> decompress(std::string_view block);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::http::spdy
