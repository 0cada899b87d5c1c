#include "core/pki/encoding.h"
#include "core/pki/jwt.h"

#include <QTest>
#include <boost/json.hpp>

using namespace coracle;
using namespace coracle::pki;
namespace json = boost::json;

class JwtTest : public QObject {
    Q_OBJECT

private slots:
    void signsAndVerifies() {
        for (const KeyPair &key : {KeyPair::generateEcdsa().value(), KeyPair::generateRsa().value()}) {
            const std::string token = signJwt(key, {{"sub", "someone"}, {"exp", 17}}).value();
            const std::vector<PublicKey> keys{KeyPair::generateEcdsa()->publicKey(), key.publicKey()};
            const auto claims = verifyJwt(token, keys);
            QVERIFY(claims.has_value());
            QCOMPARE(claims->at("sub").as_string().c_str(), "someone");
            QCOMPARE(claims->at("exp").as_int64(), 17);
            const std::vector<PublicKey> others{KeyPair::generateRsa()->publicKey(),
                                                KeyPair::generateEcdsa()->publicKey()};
            QVERIFY(!verifyJwt(token, others));
            QVERIFY(readJwtUnverified(token).has_value());
        }
    }

    void everyChangedLetterFails() {
        const KeyPair key = KeyPair::generateEcdsa().value();
        const std::vector<PublicKey> keys{key.publicKey()};
        const std::string token = signJwt(key, {{"sub", "someone"}}).value();
        for (size_t i = 0; i < token.size(); ++i) {
            std::string changed = token;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            QVERIFY2(!verifyJwt(changed, keys), std::to_string(i).c_str());
        }
    }

    void refusesForms_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("none") << QByteArray(R"({"alg":"none"})");
        QTest::newRow("symmetric") << QByteArray(R"({"alg":"HS256"})");
        QTest::newRow("other algorithm") << QByteArray(R"({"alg":"RS256"})");
        QTest::newRow("critical") << QByteArray(R"({"alg":"ES256","crit":["b64"]})");
        QTest::newRow("array") << QByteArray(R"(["ES256"])");
        QTest::newRow("number") << QByteArray(R"({"alg":256})");
        QTest::newRow("damaged") << QByteArray(R"({"alg":)");
    }
    void refusesForms() {
        QFETCH(QByteArray, header);
        const KeyPair key = KeyPair::generateEcdsa().value();
        const std::vector<PublicKey> keys{key.publicKey()};
        const std::string signedText = base64Url(header.toStdString()) + "." + base64Url("{}");
        const std::string token = signedText + "." + base64Url(key.sign(signedText).value());
        const auto verified = verifyJwt(token, keys);
        QVERIFY(!verified);
        QCOMPARE(verified.error().code, 401);
        // Without any signature, and signed with the public key as a shared secret.
        QVERIFY(!verifyJwt(signedText + ".", keys));
        QVERIFY(!verifyJwt(signedText + "." + base64Url(hmacSha256(key.publicKey().pem(), signedText)), keys));
    }

    void refusesText_data() {
        QTest::addColumn<QByteArray>("token");
        for (const char *token :
             {"", ".", "..", "...", "a.b", "e30.e30", "e30.e30.e30.e30", "e30.!!.e30", "e30=.e30.e30"})
            QTest::newRow(token) << QByteArray(token);
        QTest::newRow("long") << QByteArray(100000, 'a');
    }
    void refusesText() {
        QFETCH(QByteArray, token);
        QVERIFY(!verifyJwt(token.toStdString(), {}));
    }

    void publishesKeys() {
        const std::vector<PublicKey> keys{KeyPair::generateRsa()->publicKey(), KeyPair::generateEcdsa()->publicKey()};
        const json::object set = jwks(keys);
        const json::array &list = set.at("keys").as_array();
        QCOMPARE(list.size(), size_t(2));
        QCOMPARE(list[0].at("kty").as_string().c_str(), "RSA");
        QCOMPARE(list[0].at("alg").as_string().c_str(), "RS256");
        QCOMPARE(list[0].at("e").as_string().c_str(), "AQAB");
        QCOMPARE(fromBase64Url(list[0].at("n").as_string())->size(), size_t(256));
        QCOMPARE(list[1].at("crv").as_string().c_str(), "P-256");
        QCOMPARE(fromBase64Url(list[1].at("x").as_string())->size(), size_t(32));
        QCOMPARE(std::string(list[1].at("kid").as_string()), keys[1].keyId());
    }

    void encodings_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("standard");
        QTest::addColumn<QByteArray>("url");
        QTest::newRow("empty") << QByteArray() << QByteArray() << QByteArray();
        QTest::newRow("one") << QByteArray("f") << QByteArray("Zg==") << QByteArray("Zg");
        QTest::newRow("two") << QByteArray("fo") << QByteArray("Zm8=") << QByteArray("Zm8");
        QTest::newRow("three") << QByteArray("foo") << QByteArray("Zm9v") << QByteArray("Zm9v");
        QTest::newRow("alphabet") << QByteArray("\xfb\xff\xfe") << QByteArray("+//+") << QByteArray("-__-");
    }
    void encodings() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, standard);
        QFETCH(QByteArray, url);
        QCOMPARE(base64(bytes.toStdString()), standard.toStdString());
        QCOMPARE(base64Url(bytes.toStdString()), url.toStdString());
        QVERIFY(fromBase64(standard.toStdString()) == bytes.toStdString());
        QVERIFY(fromBase64Url(url.toStdString()) == bytes.toStdString());
    }

    void refusesEncodings() {
        for (const char *text : {"Z", "Zg", "Zg=", "Zh==", "Z===", "====", "Zg==Zg==", "Zm9v\n", "-__-"})
            QVERIFY2(!fromBase64(text), text);
        for (const char *text : {"Z", "Zg==", "Zh", "+//+"})
            QVERIFY2(!fromBase64Url(text), text);
    }

    void digestsAndComparisons() {
        QCOMPARE(sha256Hex("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(hex(hmacSha256("key", "The quick brown fox jumps over the lazy dog")),
                 std::string("f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"));
        QVERIFY(constantTimeEqual("secret", "secret"));
        QVERIFY(!constantTimeEqual("secret", "secreT") && !constantTimeEqual("secret", "secre"));
        QVERIFY(randomBytes(32) != randomBytes(32));
        QCOMPARE(ipFromBytes(*ipToBytes("fd00::1")), std::string("fd00::1"));
        for (const char *text : {"", "10.0.0", "10.0.0.256", "010.0.0.1", "::g", "10.0.0.1 ", "fe80::1%eth0"})
            QVERIFY2(!ipToBytes(text), text);
        QVERIFY(!ipToBytes(std::string_view("10.0.0.1\0x", 10)));
    }
};

QTEST_GUILESS_MAIN(JwtTest)
#include "tst_jwt.moc"
