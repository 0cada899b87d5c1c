/// Continue tokens that a client may have changed.
#include "clusterd/apiserver/registry/continue_token.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using apiserver::ContinueToken;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto token = ContinueToken::decode(text);
    if (!token) {
        expect(token.error().code == 400, "the client is told that it is wrong");
        return 0;
    }
    const auto again = ContinueToken::decode(token->encode());
    expect(again && again->revision == token->revision && again->start == token->start, "decode(encode(t)) = t");
    return 0;
}
