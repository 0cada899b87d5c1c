#include "clusterd/network/proxy/nftables.h"

#include <fmt/format.h>
#include <nftables/libnftables.h>
#include <string_view>

namespace coracle::network {

Nftables::Nftables() : m_context(nft_ctx_new(NFT_CTX_DEFAULT)) {
    nft_ctx_buffer_output(m_context);
    nft_ctx_buffer_error(m_context);
}

Nftables::~Nftables() {
    nft_ctx_free(m_context);
}

Result<> Nftables::run(const std::string &commands) {
    if (nft_run_cmd_from_buffer(m_context, commands.c_str()) == 0)
        return {};
    // The first line says what is wrong; the rest quotes the commands.
    std::string_view text = nft_ctx_get_error_buffer(m_context);
    return errors::other(fmt::format("nftables: {}", text.substr(0, text.find('\n'))));
}

Result<std::string> Nftables::query(const std::string &command) {
    CHECK(run(command));
    return std::string(nft_ctx_get_output_buffer(m_context));
}

} // namespace coracle::network
