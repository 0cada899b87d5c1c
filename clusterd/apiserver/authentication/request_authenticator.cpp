#include "clusterd/apiserver/authentication/request_authenticator.h"

#include "clusterd/apiserver/authentication/bootstrap_tokens.h"
#include "core/pki/encoding.h"

#include <algorithm>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kCertificatesRememberedMax = 4096;
constexpr std::string_view kProtocolPrefix = "base64url.bearer.authorization.k8s.io.";

bool equalIgnoringCase(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// Whether the user is in the group by the machine's user database.
bool isMember(uid_t uid, gid_t group) {
    char buffer[4096];
    passwd entry{}, *found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) != 0 || !found)
        return false;
    gid_t groups[256];
    int count = 256;
    if (::getgrouplist(entry.pw_name, entry.pw_gid, groups, &count) < 0)
        return false;
    return std::find(groups, groups + count, group) != groups + count;
}

UserInfo authenticated(UserInfo user) {
    if (!user.inGroup(kSystemAuthenticated))
        user.groups.emplace_back(kSystemAuthenticated);
    return user;
}

class RequestAuthenticator final : public Authenticator {
public:
    RequestAuthenticator(const Reader &reader, Clock &clock, AuthenticatorOptions options)
        : m_reader(reader), m_clock(clock), m_options(std::move(options)) {}

    Task<Result<std::optional<UserInfo>>> authenticate(const http::Request &request) override {
        co_return identify(request);
    }

    Task<Result<std::optional<UserInfo>>> authenticateToken(std::string token,
                                                            std::vector<std::string> audiences) override {
        co_return byToken(token, audiences);
    }

private:
    using Identity = Result<std::optional<UserInfo>>;

    Identity identify(const http::Request &request) {
        std::optional<Status> wrongCertificate;
        if (request.peer && request.peer->certificates && !request.peer->certificates->empty()) {
            if (std::optional<UserInfo> user = byFrontProxy(request))
                return user;
            Identity user = byCertificate(request.peer->certificates);
            if (user && *user)
                return user;
            if (!user)
                wrongCertificate = std::move(user).error();
        }
        if (const std::string token = bearerToken(request.headers); !token.empty())
            return byToken(token, {});
        if (wrongCertificate)
            return std::unexpected(std::move(*wrongCertificate));
        return bySocket(request);
    }

    Identity byToken(const std::string &token, const std::vector<std::string> &audiences) {
        if (m_options.credentials)
            if (std::optional<UserInfo> user = m_options.credentials->byToken(token))
                return authenticated(std::move(*user));
        if (m_options.serviceAccounts) {
            TRY(std::optional<UserInfo> user, m_options.serviceAccounts->verify(token, audiences));
            if (user)
                return authenticated(std::move(*user));
        }
        if (m_options.bootstrapTokens) {
            TRY(std::optional<UserInfo> user, bootstrapTokenUser(m_reader, m_clock.now(), token));
            if (user)
                return authenticated(std::move(*user));
        }
        return errors::unauthorized("invalid bearer token");
    }

    using Chain = std::shared_ptr<const std::vector<std::string>>;
    struct Known {
        std::weak_ptr<const std::vector<std::string>> chain;
        UserInfo user;
        WallTime until;
    };

    /// A connection's certificate is verified at its first request; later ones only look whether it still holds.
    Identity byCertificate(const Chain &chain) {
        if (!m_options.clientCas)
            return std::nullopt;
        const WallTime now = m_clock.now();
        {
            std::lock_guard lock(m_mutex);
            const auto found = m_known.find(chain.get());
            if (found != m_known.end() && found->second.chain.lock() == chain && now <= found->second.until)
                return found->second.user;
        }
        TRY(pki::Certificate leaf, m_options.clientCas->verify(*chain, pki::Purpose::Client, now));
        const pki::Name name = leaf.subject();
        if (name.commonName.empty())
            return errors::unauthorized("the client certificate has no common name");
        UserInfo user{.name = name.commonName, .groups = name.organizations};
        user.extra["authentication.kubernetes.io/credential-id"] = {"X509SHA256=" + leaf.fingerprint()};
        user = authenticated(std::move(user));
        std::lock_guard lock(m_mutex);
        if (m_known.size() >= kCertificatesRememberedMax)
            std::erase_if(m_known, [](const auto &entry) { return entry.second.chain.expired(); });
        if (m_known.size() < kCertificatesRememberedMax)
            m_known[chain.get()] = {chain, user, leaf.notAfter()};
        return user;
    }

    std::optional<UserInfo> byFrontProxy(const http::Request &request) const {
        const std::string_view name = request.headers.get("X-Remote-User");
        if (!m_options.requestHeaderCas || name.empty())
            return std::nullopt;
        const auto leaf =
            m_options.requestHeaderCas->verify(*request.peer->certificates, pki::Purpose::Client, m_clock.now());
        const std::vector<std::string> &names = m_options.requestHeaderNames;
        if (!leaf || (!names.empty() && std::ranges::find(names, leaf->subject().commonName) == names.end()))
            return std::nullopt;
        UserInfo user{.name = std::string(name), .uid = std::string(request.headers.get("X-Remote-Uid"))};
        for (const std::string_view group : request.headers.all("X-Remote-Group"))
            user.groups.emplace_back(group);
        constexpr std::string_view kExtra = "x-remote-extra-";
        for (const auto &[header, value] : request.headers)
            if (header.size() > kExtra.size() &&
                equalIgnoringCase(std::string_view(header).substr(0, kExtra.size()), kExtra)) {
                std::string key = header.substr(kExtra.size());
                std::ranges::transform(key, key.begin(), [](unsigned char letter) { return std::tolower(letter); });
                user.extra[key].push_back(value);
            }
        return authenticated(std::move(user));
    }

    Identity bySocket(const http::Request &request) const {
        if (!request.peer || !request.peer->uid)
            return std::nullopt;
        const uid_t uid = *request.peer->uid;
        const bool trusted = uid == 0 || uid == ::geteuid() ||
                             (m_options.socketGroup &&
                              (request.peer->gid == m_options.socketGroup || isMember(uid, *m_options.socketGroup)));
        if (!trusted)
            return errors::unauthorized("this user may not use the socket");
        return authenticated({.name = "system:admin", .groups = {std::string(kSystemMasters)}});
    }

    const Reader &m_reader;
    Clock &m_clock;
    const AuthenticatorOptions m_options;
    std::mutex m_mutex; ///< guards the following
    std::map<const void *, Known> m_known;
};

} // namespace

std::unique_ptr<Authenticator> makeAuthenticator(const Reader &reader, Clock &clock, AuthenticatorOptions options) {
    return std::make_unique<RequestAuthenticator>(reader, clock, std::move(options));
}

std::string bearerToken(const http::Headers &headers) {
    const std::string_view header = headers.get("Authorization");
    constexpr std::string_view kBearer = "bearer ";
    if (header.size() > kBearer.size() && equalIgnoringCase(header.substr(0, kBearer.size()), kBearer))
        return std::string(trimmed(header.substr(kBearer.size())));
    // Browsers cannot set headers of a WebSocket.
    for (std::string_view list : headers.all("Sec-WebSocket-Protocol"))
        while (!list.empty()) {
            const std::string_view word = list.substr(0, list.find(','));
            list.remove_prefix(std::min(list.size(), word.size() + 1));
            if (const std::string_view protocol = trimmed(word); protocol.starts_with(kProtocolPrefix))
                return pki::fromBase64Url(protocol.substr(kProtocolPrefix.size())).value_or("");
        }
    return {};
}

} // namespace coracle::apiserver
