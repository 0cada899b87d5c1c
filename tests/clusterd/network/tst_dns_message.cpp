#include "clusterd/network/dns/message.h"

#include <QTest>
#include <random>

using namespace coracle;
using namespace coracle::network::dns;
using namespace std::string_literals;

class DnsMessageTest : public QObject {
    Q_OBJECT

private slots:
    void readsWhatItWrites() {
        const std::string wire = encodeQuery(0x1234, {"hello.demo.svc.cluster.local", Type::Srv, kClassInternet});
        auto parsed = Query::parse(wire);
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->code, ResponseCode::NoError);
        QCOMPARE(parsed->query.id, uint16_t(0x1234));
        QCOMPARE(parsed->query.question.name, "hello.demo.svc.cluster.local"s);
        QCOMPARE(parsed->query.question.type, Type::Srv);
        QVERIFY(parsed->query.recursionDesired);
        QVERIFY(!parsed->query.edns);
    }

    void namesCompareWithoutCaseAndAreAnsweredAsAsked() {
        std::string wire = encodeQuery(1, {"MiXed.Example", Type::A, kClassInternet});
        auto parsed = Query::parse(wire);
        QCOMPARE(parsed->query.question.name, "mixed.example"s);
        const std::string answer = Answer().encode(parsed->query, kUdpSizePlain);
        QVERIFY(answer.find("MiXed") != std::string::npos);
    }

    void answersRoundTrip() {
        auto parsed = Query::parse(encodeQuery(7, {"a.b", Type::Any, kClassInternet}));
        Answer answer;
        answer.answers = {Record::address("a.b", 5, "10.1.2.3"), Record::address("a.b", 5, "fd00::1"),
                          Record::cname("a.b", 5, "c.d"), Record::srv("a.b", 5, 8080, "e.f"),
                          Record::txt("a.b", 5, "x")};
        const std::string wire = answer.encode(parsed->query, 4096);
        auto records = parseAnswers(wire);
        QVERIFY(records.has_value());
        QCOMPARE(records->size(), size_t(5));
        for (size_t i = 0; i < records->size(); ++i) {
            QCOMPARE((*records)[i].data, answer.answers[i].data);
            QCOMPARE((*records)[i].type, answer.answers[i].type);
        }
        QCOMPARE((*records)[0].data, "\x0a\x01\x02\x03"s);
    }

    void compressedNamesInAnswersAreExpanded() {
        // Answer to "a.b CNAME": the data is "c" + pointer to "b" in the question.
        std::string wire = "\0\7\x81\x80\0\1\0\1\0\0\0\0\1a\1b\0\0\5\0\1\xc0\x0c\0\5\0\1\0\0\0\5\0\4\1c\xc0\x0e"s;
        auto records = parseAnswers(wire);
        QVERIFY(records.has_value());
        QCOMPARE((*records)[0].name, "a.b"s);
        QCOMPARE((*records)[0].data, "\1c\1b\0"s);
    }

    void longAnswersAreTruncated() {
        auto parsed = Query::parse(encodeQuery(7, {"a.b", Type::A, kClassInternet}));
        Answer answer;
        for (int i = 0; i < 100; ++i)
            answer.answers.push_back(Record::address("a.b", 5, "10.0.0.1"));
        const std::string wire = answer.encode(parsed->query, kUdpSizePlain);
        QVERIFY(wire.size() <= kUdpSizePlain);
        QVERIFY(isTruncated(wire));
        QVERIFY(!isTruncated(answer.encode(parsed->query, 65535)));
    }

    void badMessagesAreToldFromUnanswerableOnes() {
        QVERIFY(!Query::parse("short"));
        QVERIFY(!Query::parse("\0\1\x80\0\0\1\0\0\0\0\0\0"s)); // an answer
        QCOMPARE(Query::parse("\0\1\0\0\0\0\0\0\0\0\0\0"s)->code, ResponseCode::FormatError);
        QCOMPARE(Query::parse("\0\1\x28\0\0\1\0\0\0\0\0\0\0\0\1\0\1"s)->code, ResponseCode::NotImplemented);
        // A pointer to itself must not loop.
        QCOMPARE(Query::parse("\0\1\0\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1"s)->code, ResponseCode::FormatError);
    }

    void anyBytesAreSurvived() {
        std::mt19937 random(1);
        const std::string seed = encodeQuery(9, {"some.name.svc.cluster.local", Type::A, kClassInternet});
        for (int round = 0; round < 20000; ++round) {
            std::string wire = seed;
            for (int i = 0; i < 4; ++i)
                wire[random() % wire.size()] = static_cast<char>(random());
            wire.resize(random() % (wire.size() + 1));
            if (auto parsed = Query::parse(wire))
                QVERIFY(Answer().encode(parsed->query, 512).size() >= 12);
            (void)parseAnswers(wire);
        }
    }
};

QTEST_GUILESS_MAIN(DnsMessageTest)
#include "tst_dns_message.moc"
