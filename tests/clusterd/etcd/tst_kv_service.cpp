#include "tests/clusterd/etcd/etcd_fixture.h"

#include <sys/stat.h>

using namespace coracle;
using namespace coracle::etcd::testing;

namespace {

pb::RangeRequest rangeRequest(const std::string &key, const std::string &end, int64_t limit = 0, int64_t revision = 0) {
    pb::RangeRequest request;
    request.set_key(key);
    request.set_range_end(end);
    request.set_limit(limit);
    request.set_revision(revision);
    return request;
}

/// kube-apiserver's write: the key at this revision (0: not there) gets the value, else what is there is read.
pb::TxnRequest writeAt(const std::string &key, int64_t revision, const std::string &value) {
    pb::TxnRequest txn;
    pb::Compare *compare = txn.add_compare();
    compare->set_key(key);
    compare->set_target(pb::Compare::MOD);
    compare->set_mod_revision(revision);
    txn.add_success()->mutable_request_put()->set_key(key);
    txn.mutable_success(0)->mutable_request_put()->set_value(value);
    txn.add_failure()->mutable_request_range()->set_key(key);
    return txn;
}

pb::TxnRequest deleteAt(const std::string &key, int64_t revision) {
    pb::TxnRequest txn = writeAt(key, revision, "");
    txn.clear_success();
    txn.add_success()->mutable_request_delete_range()->set_key(key);
    return txn;
}

/// kube-apiserver's agreement on who compacts.
pb::TxnRequest compactAt(int64_t version, const std::string &value) {
    pb::TxnRequest txn = writeAt("compact_rev_key", 0, value);
    txn.mutable_compare(0)->set_target(pb::Compare::VERSION);
    txn.mutable_compare(0)->set_version(version);
    return txn;
}

} // namespace

class KvServiceTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<EtcdFixture> m_etcd;

    pb::TxnResponse txn(const pb::TxnRequest &request) {
        return EtcdFixture::must(m_etcd->call<pb::TxnResponse>("KV/Txn", request));
    }
    grpc::Status failureOf(const pb::TxnRequest &request) {
        const auto done = m_etcd->call<pb::TxnResponse>("KV/Txn", request);
        return done ? grpc::Status::OK : done.error();
    }

private slots:
    void init() { m_etcd = std::make_unique<EtcdFixture>(); }
    void cleanup() { m_etcd.reset(); }

    void socketIsForItsOwner() {
        struct stat info{};
        QCOMPARE(::stat(m_etcd->socket().c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0600u);
        m_etcd->stop();
        QVERIFY(::stat(m_etcd->socket().c_str(), &info) != 0);
    }

    void putsAndGets() {
        const int64_t first = m_etcd->put("a", "1").header().revision();
        QCOMPARE(m_etcd->put("a", "2").header().revision(), first + 1);
        const pb::RangeResponse got = m_etcd->get("a");
        QCOMPARE(text(got), std::string("a=2"));
        QCOMPARE(got.count(), 1);
        QVERIFY(!got.more());
        QCOMPARE(got.kvs(0).create_revision(), first);
        QCOMPARE(got.kvs(0).mod_revision(), first + 1);
        QCOMPARE(got.header().revision(), first + 1);
        QCOMPARE(m_etcd->get("b").count(), 0);

        pb::PutRequest request;
        request.set_key("a");
        request.set_value("3");
        request.set_prev_kv(true);
        const auto put = EtcdFixture::must(m_etcd->call<pb::PutResponse>("KV/Put", request));
        QCOMPARE(put.prev_kv().value(), std::string("2"));
        request.clear_value();
        request.set_ignore_value(true);
        EtcdFixture::must(m_etcd->call<pb::PutResponse>("KV/Put", request));
        QCOMPARE(text(m_etcd->get("a")), std::string("a=3"));
    }

    void ranges_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("end");
        QTest::addColumn<int>("limit");
        QTest::addColumn<QString>("items");
        QTest::addColumn<int>("count");
        const QByteArray zero(1, '\0');
        QTest::newRow("prefix") << QByteArray("/r/") << QByteArray("/r0") << 0 << "/r/a=1 /r/b=2 /r/c=3" << 3;
        QTest::newRow("limit") << QByteArray("/r/") << QByteArray("/r0") << 2 << "/r/a=1 /r/b=2 more" << 3;
        QTest::newRow("limit that is enough")
            << QByteArray("/r/") << QByteArray("/r0") << 3 << "/r/a=1 /r/b=2 /r/c=3" << 3;
        QTest::newRow("going on") << QByteArray("/r/a") + zero << QByteArray("/r0") << 1 << "/r/b=2 more" << 2;
        QTest::newRow("between two keys") << QByteArray("/r/b") << QByteArray("/r/c") << 0 << "/r/b=2" << 1;
        QTest::newRow("odd bounds") << QByteArray("/q") << QByteArray("/r/bb") << 0 << "/r/a=1 /r/b=2" << 2;
        QTest::newRow("from a key on") << QByteArray("/r/c") << zero << 0 << "/r/c=3 /s=4" << 2;
        QTest::newRow("all") << zero << zero << 0 << "/a=0 /r/a=1 /r/b=2 /r/c=3 /s=4" << 5;
        QTest::newRow("backwards") << QByteArray("b") << QByteArray("a") << 0 << "" << 0;
    }
    void ranges() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, end);
        QFETCH(int, limit);
        QFETCH(QString, items);
        QFETCH(int, count);
        for (const char *each : {"/r/c=3", "/a=0", "/r/b=2", "/s=4", "/r/a=1", "/r/d=x"})
            m_etcd->put(std::string(each, strlen(each) - 2), each + strlen(each) - 1);
        m_etcd->remove("/r/d");
        pb::RangeRequest request = rangeRequest(key.toStdString(), end.toStdString(), limit);
        pb::RangeResponse response = m_etcd->range(request);
        QCOMPARE(text(response) + (response.more() ? " more" : ""), items.toStdString());
        QCOMPARE(response.count(), count);
        request.set_count_only(true);
        QCOMPARE(m_etcd->range(request).count(), count);
        QVERIFY(m_etcd->range(request).kvs().empty());
        request.set_count_only(false);
        request.set_keys_only(true);
        const pb::RangeResponse keys = m_etcd->range(request);
        QCOMPARE(keys.kvs_size(), response.kvs_size());
        for (int i = 0; i < keys.kvs_size(); ++i) {
            QCOMPARE(keys.kvs(i).key(), response.kvs(i).key());
            QCOMPARE(keys.kvs(i).mod_revision(), response.kvs(i).mod_revision());
            QVERIFY(keys.kvs(i).value().empty());
        }
    }

    void ordersAndBounds() {
        for (const char *each : {"k3", "k1", "k2", "k2", "k1"})
            m_etcd->put(each, each + 1);
        pb::RangeRequest request = rangeRequest("k", "l", 2);
        request.set_sort_order(pb::RangeRequest::DESCEND);
        pb::RangeResponse response = m_etcd->range(request);
        QCOMPARE(text(response), std::string("k3=3 k2=2"));
        QVERIFY(response.more());
        QCOMPARE(response.count(), 3);
        request.set_sort_target(pb::RangeRequest::MOD);
        QCOMPARE(text(m_etcd->range(request)), std::string("k1=1 k2=2"));
        request.set_sort_target(pb::RangeRequest::CREATE);
        request.set_sort_order(pb::RangeRequest::NONE);
        QCOMPARE(text(m_etcd->range(request)), std::string("k3=3 k1=1"));
        pb::RangeRequest bounded = rangeRequest("k", "l");
        bounded.set_min_mod_revision(m_etcd->get("k2").kvs(0).mod_revision());
        QCOMPARE(text(m_etcd->range(bounded)), std::string("k1=1 k2=2"));
    }

    void readsHistory() {
        const int64_t one = m_etcd->put("a", "1").header().revision();
        m_etcd->put("a", "2");
        const int64_t gone = m_etcd->remove("a").header().revision();
        QCOMPARE(text(m_etcd->range(rangeRequest("a", "", 0, one))), std::string("a=1"));
        QCOMPARE(text(m_etcd->range(rangeRequest("a", "", 0, gone))), std::string());
        auto ahead = m_etcd->call<pb::RangeResponse>("KV/Range", rangeRequest("a", "", 0, gone + 1));
        QCOMPARE(ahead.error().error_code(), grpc::OUT_OF_RANGE);
        QCOMPARE(ahead.error().error_message(),
                 std::string("etcdserver: mvcc: required revision is a future revision"));

        QVERIFY(m_etcd->compact(gone).ok());
        auto old = m_etcd->call<pb::RangeResponse>("KV/Range", rangeRequest("a", "", 0, one));
        QCOMPARE(old.error().error_message(), std::string("etcdserver: mvcc: required revision has been compacted"));
        QCOMPARE(m_etcd->compact(one).error_message(), old.error().error_message());
        QCOMPARE(m_etcd->compact(gone + 1).error_code(), grpc::OUT_OF_RANGE);
    }

    void deletes() {
        for (const char *key : {"d1", "d2", "d3", "e"})
            m_etcd->put(key, "v");
        const pb::DeleteRangeResponse one = m_etcd->remove("d2");
        QCOMPARE(one.deleted(), 1);
        QCOMPARE(one.prev_kvs(0).value(), std::string("v"));
        QCOMPARE(m_etcd->remove("d2").deleted(), 0);
        QCOMPARE(m_etcd->remove("d2").header().revision(), one.header().revision());
        const pb::DeleteRangeResponse all = m_etcd->remove("d", "e");
        QCOMPARE(all.deleted(), 2);
        QCOMPARE(all.prev_kvs_size(), 2);
        QCOMPARE(all.header().revision(), one.header().revision() + 2);
        QCOMPARE(text(m_etcd->range(rangeRequest("a", "z"))), std::string("e=v"));
    }

    void transactionsOfKubeApiserver() {
        const pb::TxnResponse created = txn(writeAt("/registry/x", 0, "one"));
        QVERIFY(created.succeeded());
        const int64_t revision = created.header().revision();
        QCOMPARE(created.responses(0).response_put().header().revision(), revision);
        const pb::TxnResponse again = txn(writeAt("/registry/x", 0, "two"));
        QVERIFY(!again.succeeded());
        QCOMPARE(text(again.responses(0).response_range()), std::string("/registry/x=one"));
        QVERIFY(txn(writeAt("/registry/x", revision, "two")).succeeded());
        const pb::TxnResponse stale = txn(writeAt("/registry/x", revision, "three"));
        QVERIFY(!stale.succeeded());
        QCOMPARE(stale.responses(0).response_range().kvs(0).mod_revision(), revision + 1);
        QVERIFY(!txn(deleteAt("/registry/x", revision)).succeeded());
        const pb::TxnResponse gone = txn(deleteAt("/registry/x", revision + 1));
        QVERIFY(gone.succeeded());
        QCOMPARE(gone.responses(0).response_delete_range().deleted(), 1);
        QCOMPARE(m_etcd->get("/registry/x").count(), 0);
    }

    void transactionsReadBetweenWrites() {
        m_etcd->put("k", "old");
        pb::TxnRequest request;
        request.add_success()->mutable_request_range()->set_key("k");
        request.add_success()->mutable_request_put()->set_key("k");
        request.mutable_success(1)->mutable_request_put()->set_value("new");
        request.add_success()->mutable_request_range()->set_key("k");
        const pb::TxnResponse response = txn(request);
        QVERIFY(response.succeeded());
        QCOMPARE(text(response.responses(0).response_range()), std::string("k=old"));
        QCOMPARE(text(response.responses(2).response_range()), std::string("k=new"));
        QCOMPARE(response.responses(2).response_range().kvs(0).mod_revision(), response.header().revision());
    }

    void transactionsReadOtherKeys() {
        // etcdctl's lock: its own key, and who came first under the prefix.
        m_etcd->put("/lock/1", "first");
        pb::TxnRequest request = writeAt("/lock/2", 0, "second");
        *request.add_success()->mutable_request_range() = rangeRequest("/lock/", "/lock0");
        *request.add_success()->mutable_request_range() = rangeRequest("/lock/", "/lock0", 1);
        const pb::TxnResponse response = txn(request);
        QVERIFY(response.succeeded());
        QCOMPARE(text(response.responses(1).response_range()), std::string("/lock/1=first /lock/2=second"));
        QCOMPARE(response.responses(2).response_range().count(), 2);
        pb::TxnRequest reads;
        *reads.add_success()->mutable_request_range() = rangeRequest("/lock/1", "");
        *reads.add_success()->mutable_request_range() = rangeRequest("/lock/2", "");
        QCOMPARE(txn(reads).responses_size(), 2);
    }

    void comparisons_data() {
        QTest::addColumn<int>("target");
        QTest::addColumn<int>("result");
        QTest::addColumn<int>("offset"); // to the first revision; itself for versions
        QTest::addColumn<bool>("present");
        QTest::addColumn<bool>("absent");
        using C = pb::Compare;
        QTest::newRow("mod =") << int(C::MOD) << int(C::EQUAL) << 1 << true << false;
        QTest::newRow("mod !=") << int(C::MOD) << int(C::NOT_EQUAL) << 1 << false << true;
        QTest::newRow("mod <") << int(C::MOD) << int(C::LESS) << 2 << true << true;
        QTest::newRow("mod >") << int(C::MOD) << int(C::GREATER) << 0 << true << false;
        QTest::newRow("create =") << int(C::CREATE) << int(C::EQUAL) << 0 << true << false;
        QTest::newRow("version = 0") << int(C::VERSION) << int(C::EQUAL) << 0 << false << true;
        QTest::newRow("version > 0") << int(C::VERSION) << int(C::GREATER) << 0 << true << false;
        QTest::newRow("version != 0") << int(C::VERSION) << int(C::NOT_EQUAL) << 0 << true << false;
        QTest::newRow("version < 1") << int(C::VERSION) << int(C::LESS) << 1 << false << true;
        QTest::newRow("value =") << int(C::VALUE) << int(C::EQUAL) << 0 << true << false;
        QTest::newRow("value >") << int(C::VALUE) << int(C::GREATER) << 0 << false << false;
        QTest::newRow("lease =") << int(C::LEASE) << int(C::EQUAL) << 0 << true << true;
    }
    void comparisons() {
        QFETCH(int, target);
        QFETCH(int, result);
        QFETCH(int, offset);
        QFETCH(bool, present);
        QFETCH(bool, absent);
        const int64_t first = m_etcd->put("k", "w").header().revision();
        m_etcd->put("k", "v");
        for (const bool there : {true, false}) {
            if (!there)
                m_etcd->remove("k");
            pb::TxnRequest request;
            pb::Compare *compare = request.add_compare();
            compare->set_key("k");
            compare->set_target(static_cast<pb::Compare::CompareTarget>(target));
            compare->set_result(static_cast<pb::Compare::CompareResult>(result));
            if (target == pb::Compare::VERSION)
                compare->set_version(offset);
            else if (target == pb::Compare::CREATE)
                compare->set_create_revision(first + offset);
            else if (target == pb::Compare::MOD)
                compare->set_mod_revision(first + offset);
            else if (target == pb::Compare::VALUE)
                compare->set_value("v");
            else
                compare->set_lease(offset);
            QCOMPARE(txn(request).succeeded(), there ? present : absent);
        }
    }

    void refusesWhatItCannotDo() {
        pb::TxnRequest two = writeAt("a", 0, "1");
        two.add_success()->mutable_request_put()->set_key("b");
        QCOMPARE(failureOf(two).error_code(), grpc::INVALID_ARGUMENT);
        QVERIFY(failureOf(two).error_message().starts_with("etcdserver: unsupported transaction: more than one key"));
        pb::TxnRequest twice = writeAt("a", 0, "1");
        twice.add_success()->mutable_request_put()->set_key("a");
        QCOMPARE(failureOf(twice).error_message(), std::string("etcdserver: duplicate key given in txn request"));
        pb::TxnRequest nested;
        nested.add_success()->mutable_request_txn();
        QCOMPARE(failureOf(nested).error_code(), grpc::INVALID_ARGUMENT);
        pb::TxnRequest versioned = writeAt("a", 0, "1");
        versioned.mutable_compare(0)->set_target(pb::Compare::VERSION);
        versioned.mutable_compare(0)->set_version(7);
        QCOMPARE(failureOf(versioned).error_code(), grpc::INVALID_ARGUMENT);
        QVERIFY(failureOf(pb::TxnRequest()).ok());
        QCOMPARE(failureOf(writeAt(std::string("a\0b", 3), 0, "1")).error_code(), grpc::INVALID_ARGUMENT);
        QCOMPARE(failureOf(writeAt("a", 0, std::string(1600 << 10, 'x'))).error_message(),
                 std::string("etcdserver: request is too large"));
        QCOMPARE(failureOf(writeAt("a", 0, std::string(3 << 20, 'x'))).error_code(), grpc::RESOURCE_EXHAUSTED);
        auto noKey = m_etcd->call<pb::PutResponse>("KV/Put", pb::PutRequest());
        QCOMPARE(noKey.error().error_message(), std::string("etcdserver: key is not provided"));
        auto unknown = m_etcd->call<pb::PutResponse>("Auth/AuthEnable", pb::PutRequest());
        QCOMPARE(unknown.error().error_code(), grpc::UNIMPLEMENTED);
        QCOMPARE(m_etcd->range(rangeRequest("a", "b")).count(), 0);
    }

    void agreesOnCompaction() {
        // The log's own row of this name must not be touched.
        const int64_t compactedTo = m_etcd->backend->compactRevision();
        QVERIFY(txn(compactAt(0, "0")).succeeded());
        const pb::TxnResponse behind = txn(compactAt(0, "7"));
        QVERIFY(!behind.succeeded());
        QCOMPARE(behind.responses(0).response_range().kvs(0).key(), std::string("compact_rev_key"));
        QCOMPARE(behind.responses(0).response_range().kvs(0).version(), 1);
        QCOMPARE(behind.responses(0).response_range().kvs(0).value(), std::string("0"));
        QVERIFY(txn(compactAt(1, "7")).succeeded());
        const pb::RangeResponse got = m_etcd->get("compact_rev_key");
        QCOMPARE(text(got), std::string("compact_rev_key=7"));
        QCOMPARE(got.kvs(0).version(), 2);
        QCOMPARE(m_etcd->backend->compactRevision(), compactedTo);
        QVERIFY(m_etcd->compact(got.header().revision()).ok());
        QCOMPARE(text(m_etcd->get("compact_rev_key")), std::string("compact_rev_key=7"));
    }

    void manyWritersOfOneKey() {
        std::vector<std::thread> writers;
        for (int i = 0; i < 4; ++i)
            writers.emplace_back([this] {
                for (int n = 0; n < 25; ++n)
                    m_etcd->put("counter", "x");
            });
        for (std::thread &writer : writers)
            writer.join();
        const pb::KeyValue last = m_etcd->get("counter").kvs(0);
        QCOMPARE(last.mod_revision() - last.create_revision(), 99);
    }

    void tellsItsStatus() {
        m_etcd->put("a", std::string(100000, 'x'));
        const auto status =
            EtcdFixture::must(m_etcd->call<pb::StatusResponse>("Maintenance/Status", pb::StatusRequest()));
        QCOMPARE(status.version(), std::string("3.6.11"));
        QVERIFY(status.dbsize() > 100000);
        QVERIFY(status.dbsizeinuse() > 100000 && status.dbsizeinuse() <= status.dbsize());
        QCOMPARE(status.leader(), status.header().member_id());
        const auto members =
            EtcdFixture::must(m_etcd->call<pb::MemberListResponse>("Cluster/MemberList", pb::MemberListRequest()));
        QCOMPARE(members.members_size(), 1);
        QCOMPARE(members.members(0).clienturls(0), "unix://" + m_etcd->socket());
        QVERIFY(EtcdFixture::must(m_etcd->call<pb::AlarmResponse>("Maintenance/Alarm", pb::AlarmRequest()))
                    .alarms()
                    .empty());
    }
};

QTEST_GUILESS_MAIN(KvServiceTest)
#include "tst_kv_service.moc"
