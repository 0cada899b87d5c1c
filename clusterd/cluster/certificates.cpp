#include "clusterd/cluster/certificates.h"

#include "clusterd/cluster/certificate_table.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/chrono.h>

namespace coracle::cluster {

namespace fs = std::filesystem;
using pki::Certificate;
using pki::CertificateAuthority;
using pki::KeyPair;

namespace {

constexpr auto kCaLifetime = std::chrono::hours(24 * 3650);
constexpr auto kLeafLifetime = std::chrono::hours(24 * 365);
constexpr auto kClockSkew = std::chrono::hours(1); // a joining machine's clock may be behind
constexpr mode_t kSecretMode = 0600;
constexpr size_t kPemBytesMax = 1u << 20;

bool isThere(const fs::path &path) {
    std::error_code error;
    return fs::exists(path, error);
}

Result<CertificateAuthority> prepareAuthority(const fs::path &tls, std::string_view name, std::string_view product,
                                              WallTime now) {
    const fs::path certificateFile = tls / fmt::format("{}.crt", name), keyFile = tls / fmt::format("{}.key", name);
    if (isThere(certificateFile) != isThere(keyFile)) {
        const auto &[missing, there] =
            isThere(keyFile) ? std::pair(certificateFile, keyFile) : std::pair(keyFile, certificateFile);
        return errors::other(
            fmt::format("{} is missing while {} is there: restore it from a backup, or remove both files "
                        "to begin with a new CA (all nodes must join again)",
                        missing.string(), there.string()));
    }
    if (!isThere(keyFile)) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        TRY(auto made, CertificateAuthority::create(fmt::format("{}-{}@{}", product, name, seconds), now - kClockSkew,
                                                    now + kCaLifetime));
        CHECK(writeFileAtomic(keyFile, made.key.pem(), kSecretMode));
        CHECK(writeFileAtomic(certificateFile, made.certificate.pem(), 0644));
        log::info("cluster", "new CA {}", made.certificate.subject().commonName);
    }
    TRY(const std::string certificatePem, readFile(certificateFile, kPemBytesMax));
    TRY(const std::string keyPem, readFile(keyFile, kPemBytesMax));
    auto loaded = CertificateAuthority::load(certificatePem, keyPem);
    if (!loaded)
        return Failure(withContext(certificateFile.string(), std::move(loaded).error()));
    if (loaded->certificate.notAfter() <= now)
        return errors::other(fmt::format("the CA {} expired on {:%Y-%m-%d}; replace it with `clusterd certificate "
                                         "rotate-ca`, or check this machine's clock",
                                         certificateFile.string(), loaded->certificate.notAfter()));
    return loaded;
}

/// The key that is there; a new one where there is none.
Result<KeyPair> prepareKey(const fs::path &file) {
    if (isThere(file)) {
        TRY(const std::string pem, readFile(file, kPemBytesMax));
        if (auto key = KeyPair::fromPem(pem))
            return key;
        log::warning("cluster", "{} holds no usable key; a new one is made", file.string());
    }
    TRY(auto key, KeyPair::generateEcdsa());
    CHECK(writeFileAtomic(file, key.pem(), kSecretMode));
    return key;
}

template<class T>
bool sameSet(std::vector<T> a, std::vector<T> b) {
    std::ranges::sort(a);
    std::ranges::sort(b);
    return a == b;
}

/// Why a leaf must be made anew; empty: it need not.
std::string_view whyRenew(const Certificate &leaf, const pki::CertificateRequest &wanted, const KeyPair &key,
                          const CertificateAuthority &authority, WallTime now) {
    if (leaf.notAfter() <= now)
        return "it has expired";
    if (leaf.notAfter() - now < kRenewBefore && leaf.notAfter() < authority.certificate.notAfter())
        return "it expires soon";
    if (leaf.subject() != pki::Name{wanted.commonName, wanted.organizations} ||
        !sameSet(leaf.dnsNames(), wanted.dnsNames) || !sameSet(leaf.ipAddresses(), wanted.ipAddresses) ||
        !sameSet(leaf.usages(), wanted.usages))
        return "its names or usages have changed";
    if (!leaf.isSignedBy(authority.key.publicKey()))
        return "its CA has changed";
    if (leaf.publicKey().der() != key.publicKey().der())
        return "its key has changed";
    return {};
}

Result<Leaf> prepareLeaf(const fs::path &base, pki::CertificateRequest wanted, const CertificateAuthority &authority,
                         WallTime now) {
    const fs::path file = base.string() + ".crt";
    TRY(const KeyPair key, prepareKey(base.string() + ".key"));
    wanted.notBefore = std::max(now - kClockSkew, authority.certificate.notBefore());
    wanted.notAfter = now + kLeafLifetime;
    std::string_view why = "it is missing";
    if (isThere(file)) {
        TRY(std::string pem, readFile(file, kPemBytesMax));
        auto leaf = Certificate::fromPem(pem);
        why = leaf ? whyRenew(*leaf, wanted, key, authority, now) : "it cannot be read";
        if (why.empty())
            return Leaf{std::move(pem), key.pem()};
        log::info("cluster", "certificate {} is renewed: {}", file.string(), why);
    }
    TRY(const Certificate leaf, pki::issue(authority, wanted, key.publicKey()));
    Leaf made{pki::chainPem(leaf, authority), key.pem()};
    CHECK(writeFileAtomic(file, made.chainPem, 0644));
    return made;
}

pki::CertificateRequest requestFor(const LeafInfo &info, const CertificateOptions &options) {
    pki::CertificateRequest request;
    request.commonName = info.commonName;
    if (info.usage == LeafUsage::NodeClient)
        request.commonName = "system:node:" + options.nodeName;
    if (info.usage == LeafUsage::NodeServing)
        request.commonName = options.nodeName;
    if (!info.organization.empty())
        request.organizations = {std::string(info.organization)};
    request.usages = {pki::KeyUsage::DigitalSignature, pki::KeyUsage::KeyEncipherment};
    const bool serves = info.usage == LeafUsage::ApiServing || info.usage == LeafUsage::NodeServing;
    request.usages.push_back(serves ? pki::KeyUsage::ServerAuth : pki::KeyUsage::ClientAuth);
    if (!serves)
        return request;
    request.dnsNames = {"localhost", options.nodeName};
    request.ipAddresses = {"127.0.0.1", "::1"};
    auto add = [](std::vector<std::string> &onto, const std::vector<std::string> &more) {
        onto.insert(onto.end(), more.begin(), more.end());
    };
    add(request.ipAddresses, options.nodeAddresses);
    if (info.usage == LeafUsage::ApiServing) {
        add(request.dnsNames, {"kubernetes", "kubernetes.default", "kubernetes.default.svc",
                               "kubernetes.default.svc." + options.clusterDomain});
        add(request.dnsNames, options.dnsNames);
        add(request.ipAddresses, options.addresses);
    }
    for (auto *names : {&request.dnsNames, &request.ipAddresses}) {
        std::ranges::sort(*names);
        names->erase(std::unique(names->begin(), names->end()), names->end());
    }
    return request;
}

/// tls/service.key may hold several keys: the first one signs, and is repeated in service.current.key.
Result<std::vector<KeyPair>> prepareServiceKeys(const fs::path &tls) {
    const fs::path file = tls / "service.key", current = tls / "service.current.key";
    if (!isThere(file)) {
        TRY(const KeyPair key, KeyPair::generateRsa());
        CHECK(writeFileAtomic(file, key.pem(), kSecretMode));
    }
    TRY(const std::string pem, readFile(file, kPemBytesMax));
    std::vector<KeyPair> keys;
    static constexpr std::string_view kBegin = "-----BEGIN ";
    for (size_t begin = pem.find(kBegin); begin != pem.npos;) {
        const size_t next = pem.find(kBegin, begin + kBegin.size());
        auto key = KeyPair::fromPem(std::string_view(pem).substr(begin, next == pem.npos ? next : next - begin));
        if (!key)
            return Failure(withContext(file.string(), std::move(key).error()));
        keys.push_back(std::move(*key));
        begin = next;
    }
    if (keys.empty())
        return errors::other(fmt::format("{} holds no key", file.string()));
    CHECK(writeFileAtomic(current, keys.front().pem(), kSecretMode));
    return keys;
}

std::string nameText(const pki::Name &name) {
    std::string text = "CN=" + name.commonName;
    for (const std::string &organization : name.organizations)
        text += ",O=" + organization;
    return text;
}

fs::path leafBase(const Paths &paths, const LeafInfo &info) {
    return (info.onAgent ? paths.agent() : paths.tls()) / info.file;
}

} // namespace

Result<Certificates> prepareCertificates(const Paths &paths, const CertificateOptions &options, Clock &clock) {
    const WallTime now = clock.now();
    CHECK(makeFolder(paths.server(), 0700));
    CHECK(makeFolder(paths.tls(), 0700));
    CHECK(makeFolder(paths.agent(), 0700));
    Certificates made;
    std::vector<std::string> bundles; // as stored: the join token's hash is over these bytes
    for (std::string_view name : kAuthorities) {
        TRY(auto authority, prepareAuthority(paths.tls(), name, options.productName, now));
        TRY(auto bundle, readFile(paths.tls() / fmt::format("{}.crt", name), kPemBytesMax));
        made.authorities.push_back(std::move(authority));
        bundles.push_back(std::move(bundle));
    }
    made.serverCaPem = bundles[0];
    made.clientCaPem = bundles[1];
    made.requestHeaderCaPem = bundles[2];
    CHECK(writeFileAtomic(paths.agent() / "server-ca.crt", made.serverCaPem, 0644));
    CHECK(writeFileAtomic(paths.agent() / "client-ca.crt", made.clientCaPem, 0644));
    for (const LeafInfo &info : kLeafs) {
        TRY(auto leaf, prepareLeaf(leafBase(paths, info), requestFor(info, options),
                                   made.authorities[static_cast<size_t>(info.authority)], now));
        if (info.member)
            made.*info.member = std::move(leaf);
    }
    TRY(made.serviceKeys, prepareServiceKeys(paths.tls()));
    return made;
}

std::vector<CertificateState> inspectCertificates(const Paths &paths, Clock &clock) {
    std::vector<CertificateState> states;
    std::vector<std::pair<fs::path, std::string_view>> files; // with the service
    for (std::string_view name : kAuthorities)
        files.emplace_back(paths.tls() / fmt::format("{}.crt", name), "");
    for (const LeafInfo &info : kLeafs)
        files.emplace_back(leafBase(paths, info).string() + ".crt", info.service);
    for (const auto &[file, service] : files) {
        auto pem = readFile(file, kPemBytesMax);
        auto all = pem ? Certificate::allFromPem(*pem) : Failure(pem.error());
        if (!all)
            continue;
        const Certificate &leaf = all->front();
        CertificateState state{.file = fs::relative(file, paths.data).string(),
                               .subject = nameText(leaf.subject()),
                               .issuer = nameText(leaf.issuer()),
                               .service = std::string(service)};
        for (pki::KeyUsage usage : leaf.usages())
            if (usage == pki::KeyUsage::ClientAuth || usage == pki::KeyUsage::ServerAuth)
                state.usages.emplace_back(usage == pki::KeyUsage::ClientAuth ? "ClientAuth" : "ServerAuth");
        if (leaf.isCa())
            state.usages.emplace_back("CertSign");
        state.isCa = leaf.isCa();
        state.notBefore = leaf.notBefore();
        state.notAfter = leaf.notAfter();
        const auto left = state.notAfter - clock.now();
        state.health = left.count() <= 0     ? CertificateState::Health::Expired
                       : left < kRenewBefore ? CertificateState::Health::Warning
                                             : CertificateState::Health::Ok;
        states.push_back(std::move(state));
    }
    return states;
}

Result<std::vector<std::string>> rotateCertificates(const Paths &paths, const std::vector<std::string> &services,
                                                    Clock &clock) {
    const auto stamp = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
    const fs::path backup = paths.server() / fmt::format("tls-{}", stamp);
    std::vector<std::string> moved;
    for (const fs::path &file : rotatedFiles(paths, services)) {
        CHECK(makeFolder(backup, 0700));
        std::error_code error;
        fs::rename(file, backup / file.filename(), error);
        if (error)
            return errors::other(fmt::format("cannot move {}: {}", file.string(), error.message()));
        moved.push_back(file.string());
    }
    return moved;
}

std::vector<fs::path> rotatedFiles(const Paths &paths, const std::vector<std::string> &services) {
    std::vector<fs::path> files;
    for (const LeafInfo &info : kLeafs) {
        if (!services.empty() && std::ranges::find(services, info.service) == services.end())
            continue;
        for (std::string_view extension : {".crt", ".key"})
            if (fs::path file = leafBase(paths, info).string() + std::string(extension); isThere(file))
                files.push_back(std::move(file));
    }
    return files;
}

std::vector<std::string_view> certificateServices() {
    std::vector<std::string_view> names;
    for (const LeafInfo &info : kLeafs)
        if (std::ranges::find(names, info.service) == names.end())
            names.push_back(info.service);
    return names;
}

} // namespace coracle::cluster
