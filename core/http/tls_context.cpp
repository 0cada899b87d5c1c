#include "core/http/tls_context.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace coracle::http {

namespace {

template<auto Free>
struct Freeing {
    template<class T>
    void operator()(T *object) const {
        Free(object);
    }
};
using BioPtr = std::unique_ptr<BIO, Freeing<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Freeing<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;

// Both orders begin with AES-128-GCM, the fastest where the processor has AES; a client without it puts ChaCha20 first
// and SSL_OP_PRIORITIZE_CHACHA lets it have its way.
constexpr const char *kCipherSuites = "ECDHE+AES128+AESGCM:ECDHE+AES256+AESGCM:ECDHE+CHACHA20";
constexpr const char *kCipherSuitesTls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

Failure tlsFailure(std::string_view what) {
    const unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return errors::other(fmt::format("{}: {}", what, reason ? reason : "unknown error"));
}

BioPtr bioOf(const std::string &pem) {
    return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<std::vector<X509Ptr>> readCertificates(const std::string &pem, std::string_view what) {
    std::vector<X509Ptr> certificates;
    const BioPtr bio = bioOf(pem);
    ERR_clear_error();
    while (X509Ptr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
        certificates.push_back(std::move(certificate));
    const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (certificates.empty() || !atEnd)
        return tlsFailure(fmt::format("cannot read the {}", what));
    ERR_clear_error();
    return certificates;
}

Result<> useCertificate(SSL_CTX *context, const std::string &certificatesPem, const std::string &keyPem) {
    TRY(auto chain, readCertificates(certificatesPem, "certificate"));
    const KeyPtr key(
        PEM_read_bio_PrivateKey(bioOf(keyPem).get(), nullptr, [](char *, int, int, void *) { return 0; }, nullptr));
    if (!key)
        return tlsFailure("cannot read the private key");
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
        return tlsFailure("cannot use the certificate");
    for (size_t i = 1; i < chain.size(); ++i)
        if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
            return tlsFailure("cannot use the certificate chain");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return tlsFailure("the private key does not belong to the certificate");
    return {};
}

int chooseProtocol(SSL *, const unsigned char **chosen, unsigned char *chosenSize, const unsigned char *offered,
                   unsigned offeredSize, void *) {
    static constexpr unsigned char kOurs[] = "\x02h2\x08http/1.1";
    unsigned char *selected = nullptr;
    // Nothing in common: go on without ALPN, which means HTTP/1.1.
    if (SSL_select_next_proto(&selected, chosenSize, kOurs, sizeof kOurs - 1, offered, offeredSize) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = selected;
    return SSL_TLSEXT_ERR_OK;
}

std::string derOf(X509 *certificate) {
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0)
        return {};
    std::string der(static_cast<size_t>(size), '\0');
    auto *out = reinterpret_cast<unsigned char *>(der.data());
    i2d_X509(certificate, &out);
    return der;
}

bool isAddress(const std::string &host) {
    unsigned char buffer[sizeof(in6_addr)];
    return ::inet_pton(AF_INET, host.c_str(), buffer) == 1 || ::inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

} // namespace

void TlsContext::ContextFree::operator()(ssl_ctx_st *context) const {
    SSL_CTX_free(context);
}

Result<TlsContext::ContextPtr> TlsContext::common(int minVersion, const std::string &certificatesPem,
                                                  const std::string &keyPem) {
    ContextPtr context(SSL_CTX_new(TLS_method()));
    if (!context)
        return tlsFailure("cannot set up TLS");
    SSL_CTX_set_min_proto_version(context.get(), minVersion);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_read_ahead(context.get(), 1);
    // No resumption: a resumed session would carry the client's old proof of identity without its chain.
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context.get(), 0);
    if (SSL_CTX_set_cipher_list(context.get(), kCipherSuites) != 1 ||
        SSL_CTX_set_ciphersuites(context.get(), kCipherSuitesTls13) != 1)
        return tlsFailure("cannot set the TLS cipher suites");
    if (!certificatesPem.empty())
        CHECK(useCertificate(context.get(), certificatesPem, keyPem));
    return context;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::forServer(const TlsOptions &options) {
    if (options.identity.certificateChainPem.empty())
        return errors::other("a TLS listener needs a certificate");
    auto made = std::make_shared<TlsContext>();
    TRY(made->m_context,
        common(options.minVersion, options.identity.certificateChainPem, options.identity.privateKeyPem));
    SSL_CTX *context = made->m_context.get();
    if (!options.cipherSuites.empty() && SSL_CTX_set_cipher_list(context, options.cipherSuites.c_str()) != 1)
        return tlsFailure(fmt::format("cannot use the TLS cipher suites \"{}\"", options.cipherSuites));
    SSL_CTX_set_alpn_select_cb(context, chooseProtocol, nullptr);
    if (options.requestClientCertificate) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        // Any certificate passes here: who it stands for is decided by the request's authentication.
        SSL_CTX_set_cert_verify_callback(context, [](X509_STORE_CTX *, void *) { return 1; }, nullptr);
    }
    if (!options.clientCaPem.empty()) {
        TRY(auto authorities, readCertificates(options.clientCaPem, "client CA certificates"));
        for (const X509Ptr &authority : authorities)
            SSL_CTX_add_client_CA(context, authority.get());
    }
    return made;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::forClient(const ClientTls &options) {
    auto made = std::make_shared<TlsContext>();
    TRY(made->m_context, common(TLS1_2_VERSION, options.certificatePem, options.privateKeyPem));
    SSL_CTX *context = made->m_context.get();
    made->m_serverName = options.serverName;
    made->m_verify = !options.insecureSkipVerify;
    static constexpr unsigned char kHttp11[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context, kHttp11, sizeof kHttp11 - 1);
    if (!made->m_verify)
        return made;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (options.caPem.empty()) {
        if (SSL_CTX_set_default_verify_paths(context) != 1)
            return tlsFailure("cannot load the system's CA certificates");
        return made;
    }
    TRY(auto authorities, readCertificates(options.caPem, "CA certificates"));
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    for (const X509Ptr &authority : authorities)
        X509_STORE_add_cert(store, authority.get());
    // A pinned leaf or intermediate is enough, as for Go's clients.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    return made;
}

SslPtr TlsContext::accept() const {
    SslPtr ssl(SSL_new(m_context.get()));
    if (ssl)
        SSL_set_accept_state(ssl.get());
    return ssl;
}

Result<SslPtr> TlsContext::connect(const std::string &host) const {
    SslPtr ssl(SSL_new(m_context.get()));
    if (!ssl)
        return tlsFailure("cannot set up TLS");
    SSL_set_connect_state(ssl.get());
    const std::string &name = m_serverName.empty() ? host : m_serverName;
    const bool address = isAddress(name);
    if (!address && !name.empty() && SSL_set_tlsext_host_name(ssl.get(), name.c_str()) != 1)
        return tlsFailure(fmt::format("bad server name \"{}\"", name));
    if (!m_verify)
        return ssl;
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str())
                            : X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size());
    if (set != 1 || name.empty())
        return tlsFailure(fmt::format("cannot verify the server name \"{}\"", name));
    return ssl;
}

bool negotiatedHttp2(ssl_st *ssl) {
    const unsigned char *name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return std::string_view(reinterpret_cast<const char *>(name), size) == "h2";
}

std::string requestedServerName(ssl_st *ssl) {
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
}

std::shared_ptr<const std::vector<std::string>> peerCertificates(ssl_st *ssl) {
    X509 *leaf = SSL_get0_peer_certificate(ssl);
    if (!leaf)
        return nullptr;
    auto chain = std::make_shared<std::vector<std::string>>();
    chain->push_back(derOf(leaf));
    // On the server's side OpenSSL's list does not hold the leaf.
    const STACK_OF(X509) *others = SSL_get_peer_cert_chain(ssl);
    for (int i = 0; i < sk_X509_num(others); ++i)
        chain->push_back(derOf(sk_X509_value(others, i)));
    return chain;
}

} // namespace coracle::http
