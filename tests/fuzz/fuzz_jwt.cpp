/// Bearer tokens as clients send them.
#include "core/pki/jwt.h"
#include "tests/fuzz/fuzz.h"

#include <boost/json/object.hpp>

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const pki::KeyPair key = *pki::KeyPair::generateEcdsa();
    static const std::vector<pki::PublicKey> keys{key.publicKey()};
    static const std::string good = *pki::signJwt(key, {{"sub", "somebody"}});
    const std::string_view token = fuzz::asText(data, size);
    (void)pki::readJwtUnverified(token);
    expect(!pki::verifyJwt(token, keys), "nobody guesses a signature");
    // A token of ours with some bytes of another is no token of ours.
    std::string mixed = good;
    for (size_t i = 0; i < size && i < mixed.size(); ++i)
        mixed[i] = static_cast<char>(mixed[i] ^ (data[i] & 1));
    expect(mixed == good || !pki::verifyJwt(mixed, keys), "changed bytes show");
    return 0;
}
