#include "clusterd/appliance/digest.h"

#include "clusterd/appliance/file_handle.h"
#include "core/pki/encoding.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <vector>

namespace coracle::appliance {

namespace fs = std::filesystem;

namespace {

constexpr size_t kPart = 128u << 10;

} // namespace

struct Digest::Context {
    EVP_MD_CTX *handle = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(handle); }
};

Digest::Digest() : m_context(std::make_unique<Context>()) {
    EVP_DigestInit_ex(m_context->handle, EVP_sha256(), nullptr);
}

Digest::Digest(Digest &&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::string_view bytes) {
    EVP_DigestUpdate(m_context->handle, bytes.data(), bytes.size());
}

std::string Digest::hex() {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    EVP_DigestFinal_ex(m_context->handle, reinterpret_cast<unsigned char *>(digest.data()), &size);
    digest.resize(size);
    return pki::hex(digest);
}

Result<std::string> fileDigest(const fs::path &file) {
    TRY(const FileHandle source, FileHandle::open(file));
    Digest digest;
    std::string buffer(kPart, '\0');
    for (;;) {
        TRY(const size_t size, source.read(buffer.data(), buffer.size()));
        if (size == 0)
            return digest.hex();
        digest.add(std::string_view(buffer).substr(0, size));
    }
}

Result<std::string> copyFile(const fs::path &from, const fs::path &to, unsigned mode, const std::atomic<bool> &ended) {
    auto copy = [&]() -> Result<std::string> {
        TRY(const FileHandle source, FileHandle::open(from));
        TRY(const FileHandle target, FileHandle::create(to, mode));
        Digest digest;
        std::string buffer(kPart, '\0');
        while (!ended) {
            TRY(const size_t size, source.read(buffer.data(), buffer.size()));
            const std::string_view part = std::string_view(buffer).substr(0, size);
            if (size == 0) {
                CHECK(target.sync());
                return digest.hex();
            }
            digest.add(part);
            CHECK(target.write(part));
        }
        return errors::other("the copy was cancelled");
    };
    auto copied = copy();
    std::error_code error;
    if (!copied)
        fs::remove(to, error);
    return copied;
}

} // namespace coracle::appliance
