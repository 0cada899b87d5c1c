/// HTTP/1 requests and responses: the same outcome, however the bytes are cut.
#include "core/http/http1_parser.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace coracle;
using namespace coracle::http;
using fuzz::expect;

namespace {

/// Feeds all bytes in pieces until the parser is through with one message.
template<class Parser>
ParseState feed(Parser &parser, std::string_view input, size_t bytesAtOnce) {
    std::string buffer;
    auto state = ParseState::NeedMore;
    while (!input.empty() && (state == ParseState::NeedMore || state == ParseState::HeaderDone)) {
        const size_t count = std::min(bytesAtOnce, input.size());
        buffer += input.substr(0, count);
        input.remove_prefix(count);
        state = parser.put(buffer);
        if (state == ParseState::HeaderDone)
            state = parser.put(buffer);
        expect(state != ParseState::HeaderDone, "the end of the header is told once");
    }
    return state;
}

std::string readRequest(std::string_view input, size_t bytesAtOnce) {
    Limits limits;
    limits.bodyBytesMax = 4096;
    RequestParser parser(limits);
    const ParseState state = feed(parser, input, bytesAtOnce);
    if (state != ParseState::Complete)
        return "none"; // how early a bad one is refused depends on the pieces
    Request request;
    if (!parser.take(request))
        return "no target";
    expect(request.target.path.starts_with('/'), "a path starts with a slash");
    expect(request.body.size() <= limits.bodyBytesMax, "a body is no larger than allowed");
    return request.method + " " + request.target.path + "\n" + request.body;
}

std::string readResponse(std::string_view input, size_t bytesAtOnce) {
    ResponseParser parser(8192, ResponseParser::Body::Possible);
    ParseState state = feed(parser, input, bytesAtOnce);
    if (state == ParseState::NeedMore)
        state = parser.putEnd();
    if (state != ParseState::Complete)
        return "failed";
    return std::to_string(parser.status()) + "\n" + parser.takeBody();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view input = fuzz::asText(data, size);
    expect(readRequest(input, 1 << 16) == readRequest(input, 7), "pieces of a request make no difference");
    expect(readResponse(input, 1 << 16) == readResponse(input, 7), "pieces of a response make no difference");
    return 0;
}
