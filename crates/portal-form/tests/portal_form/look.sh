#!/bin/sh
# In place of the guarded child: says by the first bytes what the real one says of whole files.
case "$(head -c 3 | od -An -tx1 | tr -d ' \n')" in
  255044) echo '{"done":"pdf"}' ;;
  89504e) echo '{"done":"png"}' ;;
  ffd8ff) echo '{"done":"jpeg"}' ;;
  '') echo '{"rejected":{"code":"empty","message":"文件是空的，没有任何内容。"}}' ;;
  *) echo '{"rejected":{"code":"unsupported","message":"不是可以上传的文件。"}}' ;;
esac
