# Without torch's CUDA libraries (gigabytes); on Linux, torch is its CPU build or nothing.
/^[a-z]/ { drop = /^(nvidia-|cuda-|triton)/ }
drop { next }
/^torch==/ {
  version = $1
  print version "+cpu ; " here " \\"
  print "    --hash=sha256:" hash
  print version " ; " there " \\"
  next
}
{ print }
