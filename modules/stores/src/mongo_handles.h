// Owners for the handles of libmongoc and libbson, and a small builder of documents. Everything
// here is thin: what a call means, and what its errors mean, is in mongo_connection.h.
#ifndef DYNAJOB_STORES_SRC_MONGO_HANDLES_H_
#define DYNAJOB_STORES_SRC_MONGO_HANDLES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <mongoc/mongoc.h>

#include "dynajob/core/check.h"

namespace dynajob {

template <auto kDestroy>
struct CDeleter {
  template <typename T>
  void operator()(T* handle) const {
    kDestroy(handle);
  }
};

using MongoUri = std::unique_ptr<mongoc_uri_t, CDeleter<mongoc_uri_destroy>>;
using MongoPool = std::unique_ptr<mongoc_client_pool_t, CDeleter<mongoc_client_pool_destroy>>;
using MongoCollection = std::unique_ptr<mongoc_collection_t, CDeleter<mongoc_collection_destroy>>;
using MongoDatabase = std::unique_ptr<mongoc_database_t, CDeleter<mongoc_database_destroy>>;
using MongoCursor = std::unique_ptr<mongoc_cursor_t, CDeleter<mongoc_cursor_destroy>>;
using MongoBulk = std::unique_ptr<mongoc_bulk_operation_t, CDeleter<mongoc_bulk_operation_destroy>>;
using MongoReadPreference =
    std::unique_ptr<mongoc_read_prefs_t, CDeleter<mongoc_read_prefs_destroy>>;
using MongoBucket = std::unique_ptr<mongoc_gridfs_bucket_t, CDeleter<mongoc_gridfs_bucket_destroy>>;
using MongoStream = std::unique_ptr<mongoc_stream_t, CDeleter<mongoc_stream_destroy>>;

// A document that is built. Keys are copied; appending more than BSON's 2 GiB throws through
// DYNAJOB_CHECK, which callers exclude by their batch sizes.
class Bson {
 public:
  Bson() { bson_init(&bson_); }
  Bson(const Bson& other) { bson_copy_to(&other.bson_, &bson_); }
  Bson& operator=(const Bson&) = delete;
  ~Bson() { bson_destroy(&bson_); }

  void Assign(const Bson& other) {
    bson_destroy(&bson_);
    bson_copy_to(&other.bson_, &bson_);
  }
  const bson_t* get() const { return &bson_; }
  // For replies: empty, to be filled by a call that initialises it.
  bson_t* Receive() {
    bson_destroy(&bson_);
    return &bson_;
  }
  bool empty() const { return bson_empty(&bson_); }

  Bson& Add(std::string_view key, std::string_view text) {
    return Check(bson_append_utf8(&bson_, key.data(), Size(key), text.data(), Size(text)));
  }
  Bson& Add(std::string_view key, const char* text) { return Add(key, std::string_view(text)); }
  Bson& Add(std::string_view key, double number) {
    return Check(bson_append_double(&bson_, key.data(), Size(key), number));
  }
  Bson& Add(std::string_view key, int64_t number) {
    return Check(bson_append_int64(&bson_, key.data(), Size(key), number));
  }
  Bson& Add(std::string_view key, int number) {
    return Check(bson_append_int32(&bson_, key.data(), Size(key), number));
  }
  Bson& Add(std::string_view key, bool flag) {
    return Check(bson_append_bool(&bson_, key.data(), Size(key), flag));
  }
  Bson& Add(std::string_view key, const Bson& document) {
    return Check(bson_append_document(&bson_, key.data(), Size(key), document.get()));
  }
  Bson& Add(std::string_view key, const bson_value_t& value) {
    return Check(bson_append_value(&bson_, key.data(), Size(key), &value));
  }
  Bson& AddNull(std::string_view key) {
    return Check(bson_append_null(&bson_, key.data(), Size(key)));
  }
  Bson& AddArray(std::string_view key, const Bson& elements) {
    return Check(bson_append_array(&bson_, key.data(), Size(key), elements.get()));
  }
  Bson& AddDate(std::string_view key, int64_t unix_ms) {
    return Check(bson_append_date_time(&bson_, key.data(), Size(key), unix_ms));
  }
  Bson& AddBinary(std::string_view key, uint8_t subtype, std::span<const std::byte> bytes) {
    return Check(bson_append_binary(
        &bson_, key.data(), Size(key), static_cast<bson_subtype_t>(subtype),
        reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<uint32_t>(bytes.size())));
  }
  Bson& AddAll(const Bson& fields) { return Check(bson_concat(&bson_, fields.get())); }

 private:
  template <typename Text>
  static int Size(const Text& text) {
    return static_cast<int>(text.size());
  }
  Bson& Check(bool appended) {
    DYNAJOB_CHECK(appended, "a BSON document is too large");
    return *this;
  }

  bson_t bson_;
};

// A document that somebody else owns.
class BsonView {
 public:
  explicit BsonView(const bson_t* bson) : bson_(bson) {}
  const bson_t* get() const { return bson_; }

 private:
  const bson_t* bson_;
};

// The elements of an array, numbered as they are added.
class BsonArray {
 public:
  template <typename Value>
  BsonArray& Add(const Value& value) {
    const char* key = nullptr;
    char buffer[16];
    const size_t length = bson_uint32_to_string(count_++, &key, buffer, sizeof(buffer));
    elements_.Add(std::string_view(key, length), value);
    return *this;
  }
  const Bson& elements() const { return elements_; }
  uint32_t size() const { return count_; }

 private:
  Bson elements_;
  uint32_t count_ = 0;
};

// A copy of one BSON value, whatever its type.
class BsonValue {
 public:
  BsonValue() { value_.value_type = BSON_TYPE_NULL; }
  explicit BsonValue(const bson_value_t& value) { bson_value_copy(&value, &value_); }
  BsonValue(const BsonValue& other) : BsonValue(other.value_) {}
  BsonValue(BsonValue&& other) noexcept : value_(other.value_) {
    other.value_.value_type = BSON_TYPE_NULL;
  }
  BsonValue& operator=(BsonValue other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~BsonValue() { bson_value_destroy(&value_); }

  const bson_value_t& get() const { return value_; }

 private:
  bson_value_t value_{};
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_HANDLES_H_
