#include "core/pki/openssl.h"

#include "core/pki/certificate.h"
#include "core/pki/encoding.h"

#include <climits>
#include <fmt/format.h>

namespace coracle::pki {

Failure opensslError(std::string_view what) {
    char text[256] = "unknown error";
    if (const unsigned long code = ERR_peek_last_error(); code != 0) {
        const char *reason = ERR_reason_error_string(code);
        snprintf(text, sizeof text, "%s", reason ? reason : "unknown error");
    }
    ERR_clear_error();
    return errors::other(fmt::format("{}: {}", what, text));
}

OwnedBio bioOver(std::string_view text) {
    return OwnedBio(text.size() > INT_MAX ? nullptr : BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string bioText(BIO *bio) {
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

std::string asn1Text(const ASN1_STRING *text) {
    unsigned char *utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, text);
    if (size < 0) {
        ERR_clear_error();
        return {};
    }
    std::string result(reinterpret_cast<char *>(utf8), static_cast<size_t>(size));
    OPENSSL_free(utf8);
    return result;
}

Result<> fillName(X509_NAME *name, const std::string &commonName, const std::vector<std::string> &organizations) {
    auto add = [name](int nid, const std::string &text) {
        return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
                                          reinterpret_cast<const unsigned char *>(text.data()),
                                          static_cast<int>(text.size()), -1, 0) == 1;
    };
    for (const std::string &organization : organizations)
        if (!add(NID_organizationName, organization))
            return opensslError(fmt::format("organization \"{}\" does not fit a certificate", organization));
    if (!commonName.empty() && !add(NID_commonName, commonName))
        return opensslError(fmt::format("common name \"{}\" does not fit a certificate", commonName));
    return {};
}

Name readName(const X509_NAME *name) {
    Name result;
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (nid == NID_commonName)
            result.commonName = asn1Text(X509_NAME_ENTRY_get_data(entry));
        else if (nid == NID_organizationName)
            result.organizations.push_back(asn1Text(X509_NAME_ENTRY_get_data(entry)));
    }
    return result;
}

Result<Owned<GENERAL_NAMES, GENERAL_NAMES_free>> alternativeNames(const CertificateRequest &request) {
    Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
    auto add = [&](int type, const std::string &bytes) {
        ASN1_STRING *text = ASN1_STRING_type_new(type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
        ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
        GENERAL_NAME *name = GENERAL_NAME_new();
        GENERAL_NAME_set0_value(name, type, text);
        sk_GENERAL_NAME_push(names.get(), name);
    };
    for (const std::string &dnsName : request.dnsNames) {
        for (const char letter : dnsName)
            if (letter <= ' ' || letter > '~')
                return errors::other(fmt::format("\"{}\" is not a DNS name", dnsName));
        add(GEN_DNS, dnsName);
    }
    for (const std::string &address : request.ipAddresses) {
        const std::optional<std::string> bytes = ipToBytes(address);
        if (!bytes)
            return errors::other(fmt::format("\"{}\" is not an IP address", address));
        add(GEN_IPADD, *bytes);
    }
    if (sk_GENERAL_NAME_num(names.get()) == 0)
        names.reset();
    return names;
}

AlternativeNames readAlternativeNames(const GENERAL_NAMES *names) {
    AlternativeNames result;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        int type = 0;
        const auto *value = static_cast<const ASN1_STRING *>(GENERAL_NAME_get0_value(name, &type));
        if (type != GEN_DNS && type != GEN_IPADD) {
            result.others = true;
            continue;
        }
        const std::string bytes(reinterpret_cast<const char *>(ASN1_STRING_get0_data(value)),
                                static_cast<size_t>(ASN1_STRING_length(value)));
        if (type == GEN_DNS)
            result.dnsNames.push_back(bytes);
        else
            result.ipAddresses.push_back(ipFromBytes(bytes));
    }
    return result;
}

} // namespace coracle::pki
